"""The answer: an attributed ledger, read in every way an auditor asks for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl

from valuekit.attribution import alternatives, exceptions, figure_trace, simulate, subsidies, views
from valuekit.attribution import bridge as bridges
from valuekit.attribution import claims as overlaps
from valuekit.attribution import tie_out as meters
from valuekit.attribution.checks import INVARIANTS
from valuekit.attribution.cube import CUBE_KEYS
from valuekit.attribution.figure_summary import figure_summaries
from valuekit.attribution.figures import value_figures
from valuekit.attribution.journal import Journal
from valuekit.attribution.keys import KeyTable
from valuekit.attribution.publishing import Computed
from valuekit.attribution.rules import Rules
from valuekit.attribution.scopes import scope_of
from valuekit.attribution.trace import trace
from valuekit.domain.figure import Figure
from valuekit.domain.scope import Scope
from valuekit.errors import InvalidInput
from valuekit.frames.controls import controls_table
from valuekit.frames.pseudonyms import pseudonyms_for
from valuekit.frames.read import Claims, Drivers, Prices
from valuekit.frames.source import LedgerSource

# Amounts and currency are what is grouped and how; line ids would be as many rows as the ledger.
_NO_DIMENSION = ("amount_minor", "currency", "line_id", "quantity")

ScopeLike = str | Path | Scope


def dimensions(by: str | Sequence[str], columns: Sequence[str]) -> tuple[str, ...]:
    """The ledger's columns among the dimensions of a statement, beyond those of every cube.

    Raises
    ------
    InvalidInput
        If one is not a column to group by.
    """
    wanted = (by,) if isinstance(by, str) else tuple(by)
    known = [name for name in columns if name not in _NO_DIMENSION]
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise InvalidInput.at(f"by, {unknown[0]!r}", "not a column to group by", f"use {', '.join(known)}")
    return tuple(name for name in wanted if name not in CUBE_KEYS)


@dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """An attributed ledger whose invariants hold; every table is a group-by of its journal.

    Attributes
    ----------
    source : LedgerSource
        Where the ledger lies.
    lines : polars.DataFrame or None
        Its lines, if they were in memory.
    rules, prices, drivers, claims
        What it was attributed by.
    computed : Computed
        Keys, journal, cube and controls.
    """

    source: LedgerSource
    lines: pl.DataFrame | None
    rules: Rules
    prices: Prices | None
    drivers: Drivers | None
    claims: Claims | None
    computed: Computed

    @property
    def keys(self) -> KeyTable:
        """Distinct keys with their rule, price and share."""
        return self.computed.table

    @property
    def entries(self) -> Journal:
        """The journal, in memory or on disk."""
        return self.computed.journal

    @property
    def cube(self) -> pl.DataFrame:
        """Sums of the journal."""
        return self.computed.tables["cube"]

    @property
    def checked(self) -> tuple[str, ...]:
        """The invariants that were recomputed from the journal and hold."""
        return INVARIANTS

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies, in order."""
        return tuple(self.keys.frame["currency"].unique().sort())

    def controls(self) -> pd.DataFrame:
        """Schema CONTROLS: digest, rows and control totals, one row per part and currency."""
        return controls_table(self.computed.controls)

    def _billed(self) -> pl.DataFrame:
        """What the ledger's own lines add up to, by period and currency, without the journal."""
        return self.keys.frame.select("period", "currency", pl.col("amount_minor").cast(pl.Int64))

    def journal(self) -> pd.DataFrame:
        """Schema JOURNAL: all rows by period, then line_id and seq."""
        return views.to_pandas(self.entries.ordered())

    def statement(self, scope: ScopeLike | None = "wide", by: str | Sequence[str] = ()) -> pd.DataFrame:
        """Schema STATEMENT: what the scope counts, by carrier, tier and treatment.

        Parameters
        ----------
        scope : str, path, Scope or None
            None: every row, also those that no scope counts.
        by : str or sequence of str
            ``period`` or any column of the ledger; they stand after the currency.

        Raises
        ------
        InvalidInput
            If a column of `by` is not in the ledger.
        """
        names = (by,) if isinstance(by, str) else tuple(by)
        counted = None if scope is None else scope_of(scope)
        return views.statement(self._rows_by(names), counted, names)

    def _rows_by(self, names: tuple[str, ...]) -> pl.LazyFrame:
        further = [name for name in dimensions(names, self.source.columns) if name not in self.cube.columns]
        if not further:
            return self.cube.lazy()
        if self.lines is None:
            raise InvalidInput.at(
                f"by, {further[0]!r}",
                "not among the dimensions that were kept",
                f"attribute again with by={[*further]!r}, or read the ledger into memory (read_ledger)",
            )
        columns = self.lines.select("line_id", *further)
        hidden = pseudonyms_for(further)
        shown = columns if hidden is None else hidden.frame(columns)
        return self.entries.scan().join(shown.lazy(), on="line_id", how="left")

    def bridge(self, from_scope: ScopeLike, to_scope: ScopeLike, period: str | None = None) -> pd.DataFrame:
        """Schema BRIDGE: from one scope to another, one row per cause, closing exactly."""
        return bridges.bridge(self.cube, scope_of(from_scope), scope_of(to_scope), period)

    def reconciliation(self, scope: ScopeLike = "wide") -> pd.DataFrame:
        """Schema RECONCILIATION: per period and in total; the difference is printed even when 0."""
        return views.reconciliation(self._billed(), self.cube, scope_of(scope))

    def bounds(self, scope: ScopeLike = "wide", *, by_period: bool = True) -> pd.DataFrame:
        """Schema BOUNDS: known amount, and its bounds as unattributed lines become known."""
        return views.bounds(self.cube, scope_of(scope), by_period=by_period)

    def bounds_of(self, scopes: Sequence[ScopeLike]) -> list[pd.DataFrame]:
        """`bounds` of several scopes, in their order."""
        return [self.bounds(scope) for scope in scopes]

    @property
    def as_of(self) -> str:
        """The last month that is posted, YYYY-MM."""
        return str(self.keys.frame["period"].max())

    def exceptions(self) -> pd.DataFrame:
        """Schema EXCEPTIONS: what could not be decided, with the money it touches."""
        tables = self.computed.tables
        return exceptions.exceptions(self.keys, tables["kept"], tables["mixed"], tables["claimed"])

    def double_counts(self) -> pd.DataFrame:
        """Schema DOUBLE_COUNTS: lines that several business lines report, or that go beyond 100 %."""
        return overlaps.double_counts([self.computed.tables["claimed"]])

    def tie_out(self) -> pd.DataFrame:
        """Schema TIE_OUT: every meter with what it splits, and every shared month without a meter."""
        return meters.tie_out(self.drivers, self._shared("shared"), self.currencies[0])

    def driver_claims(self) -> pd.DataFrame:
        """Schema DRIVER_CLAIMS: what each claimant receives of shared services, to the cent."""
        return meters.driver_claims(self._shared("shared"), self.keys.shares)

    def driver_range(self, *, by_period: bool = False) -> pd.DataFrame:
        """Schema DRIVER_RANGE: ours under the chosen driver, and at least and at most under admissible ones.

        The lowest and the highest are taken month by month, so that any choice of admissible drivers lies
        between them.
        """
        return alternatives.driver_range(
            self._shared("shared"), self._shared("alternatives"), by_period=by_period
        )

    def _shared(self, name: str) -> pl.DataFrame:
        """Sums of shared services over all buckets."""
        return alternatives.added([self.computed.tables[name]])

    def subsidy_policies(
        self, scopes: Sequence[ScopeLike] = ("connection", "component", "wide")
    ) -> pd.DataFrame:
        """Schema SUBSIDY_POLICIES: what each scope counts under each policy for subsidies."""
        none = self.cube.clear().with_columns(case=pl.lit(""))
        cases = self.computed.tables.get("subsidy_cases", none)
        chosen = [scope_of(scope) for scope in scopes]
        return subsidies.subsidy_policies(self.cube, cases, self.rules.policies.subsidies, chosen)

    def simulate(self, changes: simulate.Changes) -> simulate.Simulation:
        """What would be counted if carriers were treated otherwise, without a new pass over the ledger.

        Parameters
        ----------
        changes : mapping of str to str or Change
            Carrier -> its treatment: ``{"terminal": "net"}``, or ``Change("net", retained="0.08")``.

        Raises
        ------
        InvalidInput
            With every change that cannot be made.
        """
        return simulate.simulate(self.cube, changes)

    def rule_use(self, service_period: str | None = None) -> pd.DataFrame:
        """Schema RULE_USE: what each rule decided, in all or in one month of service.

        Rules that decided nothing have 0 lines.
        """
        return exceptions.rule_use(self.keys, self.rules, self.currencies, service_period)

    def totals(self, scope: ScopeLike = "wide", period: str | None = None) -> dict[str, int]:
        """Counted minor units per currency."""
        return views.totals(self.cube, scope_of(scope), period)

    def trace(self, line_id: str, *, language: str = "en") -> dict[str, Any]:
        """Everything that decided a line: rule, prices, weights, pools, meters, claims, and a sentence.

        Parameters
        ----------
        language : {"en", "zh"}
            Of the sentence.

        Raises
        ------
        InvalidInput
            If the ledger has no such line.
        """
        return trace(
            self.source,
            self.rules,
            line_id,
            prices=self.prices,
            drivers=self.drivers,
            claims=self.claims,
            language=language,
        )

    def trace_figure(
        self,
        figure_id: str,
        scopes: Sequence[ScopeLike] = ("connection", "component", "wide"),
        period: str | None = None,
        *,
        certain: bool = False,
    ) -> dict[str, Any]:
        """Where a figure of `figures` comes from: cells, steps, rules, exceptions, its largest lines, inputs.

        The parameters after `figure_id` are those of `figures`. What is told is described at
        `valuekit.attribution.figure_trace.trace_figure`.

        Raises
        ------
        InvalidInput
            If there is no such figure.
        """
        chosen = [scope_of(scope) for scope in scopes]
        return figure_trace.trace_figure(
            figure_id,
            figure_trace.Traced(
                figures=self.figures(chosen, period, certain=certain),
                scopes=chosen,
                cube=self.cube,
                journal=self.entries.buckets,
                rules=self.rules,
                exceptions=self.exceptions(),
                inputs=self.inputs,
            ),
        )

    def trace_figures(
        self,
        scopes: Sequence[ScopeLike] = ("connection", "component", "wide"),
        period: str | None = None,
        *,
        certain: bool = False,
    ) -> list[dict[str, Any]]:
        """How each of `figures` is made: cells, rules, first rows of the journal, inputs.

        The parameters are those of `figures`. What is told is described at
        `valuekit.attribution.figure_summary.figure_summaries`.
        """
        chosen = [scope_of(scope) for scope in scopes]
        return figure_summaries(
            self.figures(chosen, period, certain=certain),
            chosen,
            cube=self.cube,
            journal=self.entries,
            rules=self.rules,
            inputs=self.inputs,
            reconciled=self.reconciliation(chosen[-1]),
        )

    @property
    def inputs(self) -> Mapping[str, str]:
        """SHA-256 of the ledger's files and of the tables it was attributed by."""
        tables = {"prices": self.prices, "drivers": self.drivers, "claims": self.claims}
        given = {name: table.sha256 for name, table in tables.items() if table is not None}
        files = {control.path: control.sha256 for control in self.computed.controls}
        return {**files, "rules": self.rules.sha256, **given}

    def figures(
        self,
        scopes: Sequence[ScopeLike] = ("connection", "component", "wide"),
        period: str | None = None,
        *,
        certain: bool = False,
    ) -> list[Figure]:
        """Headline figures: ``value.<scope>``, and unattributed, ledger and difference.

        A scope's figure is what is attributed in it. With `certain`, lines that can only lie in the
        scope count as well, although it is not known which of its carriers they are (column
        ``low_minor``): the lower bound as headline, for accounts that are published undivided.

        The figures of scopes cite table ``bounds`` (rows ``<scope id>/<period or total>``, column
        ``known_minor``), the others table ``reconciliation`` of the last scope (rows
        ``<currency>/<period or total>``, columns ``unattributed_minor``, ``ledger_minor`` and
        ``difference_minor``). A ledger of several currencies has one figure for each, its id ending
        in the currency (``value.wide.USD``), and rows of bounds ``<scope id>/<period>/<currency>``.
        """
        chosen = [scope_of(scope) for scope in scopes]
        reconciled = views.reconciliation(self._billed(), self.cube, chosen[-1])
        bounded = {scope: views.bounds(self.cube, scope, by_period=True) for scope in chosen}
        return value_figures(self.cube, bounded, reconciled, period or views.TOTAL, certain=certain)

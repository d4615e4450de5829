"""The door: attribute a ledger, and read the answer in every way an auditor asks for it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl

from valuekit.attribution import bridge as bridges
from valuekit.attribution import exceptions, views
from valuekit.attribution.checks import check
from valuekit.attribution.figures import value_figures
from valuekit.attribution.journal import Journal
from valuekit.attribution.kernel import CUBE_KEYS, attribute_bucket
from valuekit.attribution.keys import KeyTable, OnConflict, compile_keys
from valuekit.attribution.rules import Rules
from valuekit.attribution.scopes import scope_of
from valuekit.attribution.trace import trace
from valuekit.domain.figure import Figure
from valuekit.domain.scope import Scope
from valuekit.errors import InvalidInput
from valuekit.frames.ledger import NEVER_PRINTED, Ledger
from valuekit.frames.read import Drivers, Prices, read_drivers, read_ledger, read_prices

# Customers are never printed; amounts and currency are what is grouped and how.
_NO_DIMENSION = (NEVER_PRINTED, "amount_minor", "currency")

Progress = Callable[[int, int, str], None]
ScopeLike = str | Path | Scope
PathLike = str | Path
LedgerSource = str | Path | pd.DataFrame | pl.DataFrame


def attribute(
    ledger: Ledger | LedgerSource,
    rules: Rules | PathLike,
    *,
    prices: Prices | PathLike | None = None,
    drivers: Drivers | PathLike | None = None,
    columns: Mapping[str, str] | None = None,
    out: str | Path | None = None,
    engine: str = "local",
    on_conflict: OnConflict = "unattributed",
    progress: Progress | None = None,
) -> "Attribution":
    """Attribute every line of a ledger to its carrier, to the cent.

    Parameters
    ----------
    ledger : Ledger, path or frame
        A frame or path is read by `read_ledger`.
    rules : Rules or path
        The rule book.
    prices : Prices or path, optional
        Standalone selling prices for bundles; without them bundles keep what was billed, and say so.
    drivers : Drivers or path, optional
        Metered quantities for shared services; without them these stay unattributed, and say so.
    columns : mapping, optional
        Our column names to those of the ledger's file.
    out : path, optional
        Folder that takes the journal, ``journal/<period>.parquet``; without it, it stays in memory.
    engine : {"local"}
        Where the kernel runs.
    on_conflict : {"unattributed", "error"}
        What becomes of lines that rules of the same priority decide differently.
    progress : callable, optional
        Called after each bucket with (buckets done, all buckets, period).

    Raises
    ------
    InvalidInput
        If rules, prices or drivers do not fit the ledger; nothing was written then.
    RunFailed
        If the finished journal breaks an invariant.
    """
    _check_options(engine, on_conflict)
    ledger = ledger if isinstance(ledger, Ledger) else read_ledger(ledger, columns=columns)
    rules = rules if isinstance(rules, Rules) else Rules.load(rules)
    prices = read_prices(prices) if isinstance(prices, str | Path) else prices
    drivers = read_drivers(drivers) if isinstance(drivers, str | Path) else drivers
    table = compile_keys(ledger, rules, prices=prices, drivers=drivers, on_conflict=on_conflict)
    journal, cubes, kept = Journal(), [], []
    folder = None if out is None else Path(out)
    for done, period in enumerate(ledger.periods, start=1):
        bucket = attribute_bucket(ledger.bucket(period), table, period)
        journal = journal.adding(period, bucket.journal, folder)
        cubes.append(bucket.cube)
        kept.append(bucket.kept)
        if progress is not None:
            progress(done, len(ledger.periods), period)
    checked = check(ledger, journal)
    cube = pl.concat(cubes).sort(CUBE_KEYS, nulls_last=True)
    return Attribution(ledger, rules, prices, drivers, table, journal, cube, pl.concat(kept), checked)


def _check_options(engine: str, on_conflict: str) -> None:
    if engine != "local":
        raise InvalidInput.at("engine", f"unknown engine {engine!r}", "use 'local'")
    if on_conflict not in ("unattributed", "error"):
        raise InvalidInput.at("on_conflict", f"{on_conflict!r}", "use 'unattributed' or 'error'")


@dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """An attributed ledger whose invariants hold; every table is a group-by of its journal.

    Attributes
    ----------
    ledger, rules, prices, drivers
        What it was made from.
    keys : KeyTable
        Distinct keys with their rule, price and share.
    entries : Journal
        The journal, in memory or on disk.
    cube : polars.DataFrame
        Sums of the journal.
    kept : polars.DataFrame
        Lines of pools that kept what was billed.
    checked : tuple of str
        The invariants that were recomputed from the journal and hold.
    """

    ledger: Ledger
    rules: Rules
    prices: Prices | None
    drivers: Drivers | None
    keys: KeyTable
    entries: Journal
    cube: pl.DataFrame
    kept: pl.DataFrame
    checked: tuple[str, ...]

    def journal(self) -> pd.DataFrame:
        """Schema JOURNAL: all rows by period, then line_id and seq."""
        return views.to_pandas(self.entries.scan().collect())

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
        known = [n for n in self.ledger.columns if n not in _NO_DIMENSION]
        unknown = [n for n in names if n not in known]
        if unknown:
            raise InvalidInput.at(
                f"by, {unknown[0]!r}", "not a column to group by", f"use {', '.join(known)}"
            )
        further = [n for n in names if n != "period"]
        if not further:
            return self.cube.lazy()
        columns = self.ledger.frame.lazy().select({"line_id", *further})
        return self.entries.scan().join(columns, on="line_id", how="left")

    def bridge(self, from_scope: ScopeLike, to_scope: ScopeLike, period: str | None = None) -> pd.DataFrame:
        """Schema BRIDGE: from one scope to another, one row per cause, closing exactly."""
        return bridges.bridge(self.cube, scope_of(from_scope), scope_of(to_scope), period)

    def reconciliation(self, scope: ScopeLike = "wide") -> pd.DataFrame:
        """Schema RECONCILIATION: per period and in total; the difference is printed even when 0."""
        return views.reconciliation(self.ledger.frame, self.cube, scope_of(scope))

    def bounds(self, scope: ScopeLike = "wide", *, by_period: bool = True) -> pd.DataFrame:
        """Schema BOUNDS: known amount, and its bounds as unattributed lines become known."""
        return views.bounds(self.cube, scope_of(scope), by_period=by_period)

    def bounds_of(self, scopes: Sequence[ScopeLike]) -> list[pd.DataFrame]:
        """`bounds` of several scopes, in their order."""
        return [self.bounds(scope) for scope in scopes]

    @property
    def as_of(self) -> str:
        """The last month that is posted, YYYY-MM."""
        return self.ledger.periods[-1]

    def exceptions(self) -> pd.DataFrame:
        """Schema EXCEPTIONS: what could not be decided, with the money it touches."""
        return exceptions.exceptions(self.keys, self.kept)

    def rule_use(self, service_period: str | None = None) -> pd.DataFrame:
        """Schema RULE_USE: what each rule decided, in all or in one month of service.

        Rules that decided nothing have 0 lines.
        """
        return exceptions.rule_use(self.keys, self.rules, self.ledger.currencies, service_period)

    def totals(self, scope: ScopeLike = "wide", period: str | None = None) -> dict[str, int]:
        """Counted minor units per currency."""
        return views.totals(self.cube, scope_of(scope), period)

    def trace(self, line_id: str) -> dict[str, Any]:
        """Everything that decided a line: rules, price, weights, pool, remainder, and a sentence.

        Raises
        ------
        InvalidInput
            If the ledger has no such line.
        """
        return trace(self.ledger, self.rules, line_id, prices=self.prices, drivers=self.drivers)

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
        reconciled = views.reconciliation(self.ledger.frame, self.cube, chosen[-1])
        bounded = {scope: views.bounds(self.cube, scope, by_period=True) for scope in chosen}
        return value_figures(self.cube, bounded, reconciled, period or views.TOTAL, certain=certain)

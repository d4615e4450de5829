"""What would be counted if a carrier were treated otherwise: from the cube alone, no pass over the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import Final

import pandas as pd
import polars as pl

from valuekit.attribution import views
from valuekit.attribution.bridge import bridge_table
from valuekit.attribution.classify import TREATMENTS
from valuekit.attribution.cube import CUBE_KEYS
from valuekit.attribution.scopes import scope_of
from valuekit.domain.apportion import apportion
from valuekit.domain.carrier import Carrier, Treatment
from valuekit.domain.scope import Scope
from valuekit.errors import Finding, InvalidInput

_EXCLUDED: Final = str(Treatment.EXCLUDED)
_TREATMENT: Final = "treatment"
_LARGEST_DENOMINATOR: Final = 10**9


@dataclass(frozen=True, slots=True)
class Change:
    """Another treatment of a carrier.

    Attributes
    ----------
    treatment : str
        ``gross``, ``net`` or ``excluded``.
    retained : str
        With ``net``: the share of what is gross that is kept as commission, such as ``"0.08"``; what is
        remitted becomes excluded. Empty: every amount is kept, and only counted as net.
    """

    treatment: str
    retained: str = ""


Changes = Mapping[str, str | Change]
ScopeLike = str | Path | Scope


@dataclass(frozen=True, slots=True, eq=False)
class Simulation:
    """An attribution as it would be; every table says in the column ``case`` that it is simulated.

    Attributes
    ----------
    case : str
        What was changed, in words: ``simulated: terminal net, 0.08 retained``.
    real, cube : polars.DataFrame
        The cube of the attribution, and as it would be.
    """

    case: str
    real: pl.DataFrame
    cube: pl.DataFrame

    def statement(self, scope: ScopeLike | None = "wide", by: str | Sequence[str] = ()) -> pd.DataFrame:
        """Schema STATEMENT with a column ``case``.

        Parameters
        ----------
        scope : str, path, Scope or None
            None: every row.
        by : str or sequence of str
            ``period``, or a dimension that the cube keeps: it knows no other column of the ledger.

        Raises
        ------
        InvalidInput
            If `by` names another column.
        """
        names = (by,) if isinstance(by, str) else tuple(by)
        known = ["period", *(n for n in self.cube.columns if n not in (*CUBE_KEYS, "lines", "amount_minor"))]
        if unknown := [name for name in names if name not in known]:
            remedy = f"group by {', '.join(known)}, or by nothing"
            raise InvalidInput.at(f"by, {unknown[0]!r}", "a simulation knows no ledger lines", remedy)
        counted = None if scope is None else scope_of(scope)
        return self._marked(views.statement(self.cube.lazy(), counted, names))

    def totals(self, scope: ScopeLike = "wide", period: str | None = None) -> pd.DataFrame:
        """Counted minor units per currency: currency, case, real_minor, amount_minor, change_minor."""
        chosen = scope_of(scope)
        real, simulated = (views.totals(cube, chosen, period) for cube in (self.real, self.cube))
        rows = [(c, real[c], simulated[c], simulated[c] - real[c]) for c in real]
        columns = ["currency", "real_minor", "amount_minor", "change_minor"]
        return self._marked(pd.DataFrame(rows, columns=columns))

    def bridge(self, scope: ScopeLike = "wide", period: str | None = None) -> pd.DataFrame:
        """Schema BRIDGE with a column ``case``: from what is counted to what would be, by treatment."""
        chosen = scope_of(scope)
        moved = _moved(self.real, self.cube, chosen, period)
        ends = [views.totals(cube, chosen, period) for cube in (self.real, self.cube)]
        changes = {currency: {_TREATMENT: moved.get(currency, 0)} for currency in ends[0]}
        name = str(chosen)
        return self._marked(bridge_table((name, ends[0]), changes, (f"{name}, simulated", ends[1])))

    def _marked(self, table: pd.DataFrame) -> pd.DataFrame:
        table.insert(1, "case", self.case)
        return table


def _moved(real: pl.DataFrame, simulated: pl.DataFrame, scope: Scope, period: str | None) -> dict[str, int]:
    """What enters and leaves the scope, from the cells that differ alone."""
    keys = [name for name in real.columns if name not in ("lines", "amount_minor")]
    both = pl.concat(
        [
            real.select(*keys, amount=0 - pl.col("amount_minor")),
            simulated.select(*keys, amount=pl.col("amount_minor")),
        ]
    )
    chosen = both if period is None else both.filter(views.in_period(period))
    differing = chosen.group_by(keys).agg(pl.col("amount").sum()).filter(pl.col("amount") != 0)
    counted = differing.filter(views.admitted(scope)).group_by("currency").agg(pl.col("amount").sum())
    return dict(counted.rows())


def simulate(cube: pl.DataFrame, changes: Changes) -> Simulation:
    """Treat carriers otherwise.

    Amounts that are excluded already stay excluded: they are not ours whatever the treatment. A retained
    share is kept exactly, cell by cell of the cube (the larger remainder of two parts, the retained part
    first on a tie): it may differ by less than one unit a cell from a ledger whose lines were split.

    Parameters
    ----------
    cube : polars.DataFrame
        Of an attribution.
    changes : mapping of str to str or Change
        Carrier -> its treatment: ``{"terminal": "net"}``.

    Raises
    ------
    InvalidInput
        With every change that cannot be made.
    """
    read = {carrier: _change(change) for carrier, change in changes.items()}
    findings = (
        [] if read else [Finding("changes", "nothing to change", "name a carrier: {'terminal': 'net'}")]
    )
    findings += [finding for carrier, change in read.items() for finding in _wrong(carrier, change)]
    if findings:
        raise InvalidInput(findings)
    simulated = cube
    for carrier, change in read.items():
        simulated = _changed(simulated, carrier, change)
    return Simulation(_words(read), cube, _summed(simulated, cube.columns))


def _change(change: str | Change) -> Change:
    return change if isinstance(change, Change) else Change(str(change))


def _wrong(carrier: str, change: Change) -> list[Finding]:
    where = f"changes, {carrier!r}"
    carriers, treatments = [str(c) for c in Carrier], [str(t) for t in Treatment]
    findings = []
    if carrier not in carriers:
        findings.append(Finding(where, "no such carrier", _hint(carrier, carriers)))
    if change.treatment not in treatments:
        problem = f"no such treatment {change.treatment!r}"
        findings.append(Finding(where, problem, _hint(change.treatment, treatments)))
    if not isinstance(change.retained, str):
        problem = f"retained {change.retained!r} is not text"
        return [*findings, Finding(where, problem, 'write it as text, such as "0.08": a float is not exact')]
    if change.retained and change.treatment != Treatment.NET:
        problem = f"a retained share with treatment {change.treatment}"
        findings.append(Finding(where, problem, "only what is net retains a share: write net"))
    if change.retained and _share(change.retained) is None:
        problem = f"retained {change.retained!r} is not a share from 0 to 1 of at most nine decimals"
        findings.append(Finding(where, problem, 'write it as text, such as "0.08"'))
    return findings


def _hint(word: str, words: Sequence[str]) -> str:
    near = get_close_matches(word, words, n=1)
    return f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(words)}"


def _share(text: str) -> Fraction | None:
    """A share as an exact fraction; None if it is none."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or not 0 <= number <= 1:
        return None
    share = Fraction(number)
    return share if share.denominator <= _LARGEST_DENOMINATOR else None


def _changed(cube: pl.DataFrame, carrier: str, change: Change) -> pl.DataFrame:
    mine = (pl.col("carrier").cast(pl.String) == carrier).fill_null(value=False)
    treatment = pl.col("treatment").cast(pl.String)
    retaining = bool(change.retained)
    touched = mine & ((treatment == Treatment.GROSS) if retaining else (treatment != _EXCLUDED))
    others, cells = cube.filter(~touched), cube.filter(touched)
    if not retaining:
        return pl.concat([others, _as(cells, change.treatment)])
    share = _share(change.retained) or Fraction(0)
    weights = [share.numerator, share.denominator - share.numerator]
    kept = [apportion(amount, weights)[0] for amount in cells["amount_minor"].to_list()]
    parts = cells.with_columns(pl.Series("kept", kept, pl.Int64))
    remitted = (pl.col("amount_minor") - pl.col("kept")).alias("amount_minor")
    return pl.concat(
        [
            others,
            _as(parts.with_columns(amount_minor="kept").drop("kept"), change.treatment),
            # The lines are counted once, with what is kept of them.
            _as(parts.with_columns(remitted, lines=pl.lit(0, pl.Int64)).drop("kept"), _EXCLUDED),
        ]
    )


def _as(cells: pl.DataFrame, treatment: str) -> pl.DataFrame:
    return cells.with_columns(treatment=pl.lit(treatment, TREATMENTS))


def _summed(cells: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    keys = [name for name in columns if name not in ("lines", "amount_minor")]
    summed = cells.group_by(keys).agg(pl.col("lines", "amount_minor").sum())
    return summed.sort(keys, nulls_last=True).select(columns)


def _words(changes: Mapping[str, Change]) -> str:
    said = (
        f"{carrier} {change.treatment}" + (f", {change.retained} retained" if change.retained else "")
        for carrier, change in changes.items()
    )
    return f"simulated: {'; '.join(said)}"

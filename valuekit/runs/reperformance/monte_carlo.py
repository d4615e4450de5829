"""Are two computations equal within their Monte Carlo errors? Each number that has an error is held to it.

Stored errors are used where a table has them (column ``mcse`` beside a probability). Where it has none, the
error of a probability or of a quantile follows from the smallest effective sample size that the run's
diagnostics state; of a quantile, with the density of a normal law of the spread that stands in the same
row. A month by which something has a given probability follows from the probabilities month by month, and
is held to them. All other numbers of a forecast (scores, weights) have no error, and are not judged.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, isfinite, pi, sqrt
from statistics import NormalDist
from typing import Any, Final, TypeGuard

from valuekit.frames.schemas import QUANTILE_COLUMNS, QUANTILE_LEVELS
from valuekit.report.blocks import Table
from valuekit.runs.reperformance.differences import same

#: How often a sound re-performance may be called different, over all numbers that are judged.
FALSE_ALARMS: Final = 0.01
_STORED: Final = frozenset({"probability", "at_least"})
_DERIVED: Final = _STORED | {"by_then", "held", "first", "p_1e8", "p_1e7", "lowest", "highest"}
_LEVELS: Final[dict[str, float]] = {
    **dict(zip(QUANTILE_COLUMNS, QUANTILE_LEVELS, strict=True)),
    "low95": 0.025, "low90": 0.05, "low80": 0.1, "median": 0.5,
    "high80": 0.9, "high90": 0.95, "high95": 0.975,
}  # fmt: skip
#: The table that has the probability of each month, from which first months follow.
_BY_MONTH: Final = "attainment_date"
_NORMAL: Final = NormalDist()


@dataclass(frozen=True, slots=True)
class Judged:
    """A number of both computations, with the error of their difference.

    Attributes
    ----------
    where : str
        Table, row and column.
    recorded, found : float
    error : float
        Standard error of the difference: both computations draw for themselves.
    stored : bool
        Whether the errors stand in the run; otherwise they follow from effective sample sizes.
    """

    where: str
    recorded: float
    found: float
    error: float
    stored: bool

    @property
    def multiple(self) -> float:
        """How many errors apart they are."""
        apart = abs(self.found - self.recorded)
        return apart / self.error if self.error > 0 else (0.0 if apart == 0 else float("inf"))


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A number or month of a forecast that differs and has no Monte Carlo error.

    Attributes
    ----------
    where : str
    recorded, found : object
        Numbers, or months.
    """

    where: str
    recorded: Any
    found: Any

    @property
    def apart(self) -> float:
        """Difference as a share of the larger of both; 0 for what is no number."""
        if not (_is_number(self.recorded) and _is_number(self.found)):
            return 0.0
        return abs(self.found - self.recorded) / max(abs(self.found), abs(self.recorded))


@dataclass(frozen=True, slots=True)
class Judgement:
    """All numbers that could be judged, and those that differ and could not.

    Attributes
    ----------
    judged : tuple of Judged
        Equal ones too: they are comparisons like the others.
    unjudged : tuple of Unjudged
        Where numbers differ that have no Monte Carlo error.
    exact : tuple of str
        Where amounts, counts of lines or words of tables differ, which nothing excuses.
    """

    judged: tuple[Judged, ...]
    unjudged: tuple[Unjudged, ...]
    exact: tuple[str, ...]

    @property
    def allowed(self) -> float:
        """Multiple of its error by which a number may differ.

        The two-sided normal quantile at which, over all comparisons together, at most `FALSE_ALARMS` of
        sound re-performances are refused (Bonferroni; numbers of one run depend on each other: safer still).
        """
        return _NORMAL.inv_cdf(1.0 - FALSE_ALARMS / (2.0 * max(len(self.judged), 1)))

    @property
    def beyond(self) -> tuple[Judged, ...]:
        """Numbers that are further apart than is allowed, the furthest first."""
        allowed = self.allowed
        return tuple(
            sorted((n for n in self.judged if n.multiple > allowed), key=lambda n: (-n.multiple, n.where))
        )

    @property
    def furthest(self) -> float:
        """Largest multiple of an error."""
        return max((number.multiple for number in self.judged), default=0.0)

    def excuses(self, where: str) -> bool:
        """Whether the number of a cell is judged and within its error."""
        return any(number.where == where and number.multiple <= self.allowed for number in self.judged)

    def excuses_ends(self, old: Any, new: Any) -> bool:
        """Whether both ends of an interval stand in cells that are judged: of which model may change."""
        return old == new or (
            any(number.recorded == old for number in self.judged)
            and any(number.found == new for number in self.judged)
        )

    def excuses_months(self, *months: Any) -> bool:
        """Whether the probabilities of these months are judged and within their errors; None is no month."""
        named = [month for month in months if month is not None]
        return bool(named) and all(
            self.excuses(cell_name(_BY_MONTH, str(month), "probability")) for month in named
        )


def judge(recorded: Sequence[Table], found: Sequence[Table]) -> Judgement:
    """Hold the tables of two computations against each other.

    Parameters
    ----------
    recorded, found : sequence of Table
        With the same ids, columns and row keys; where those differ, words differ, and nothing is judged.
    """
    others = {table.id: table for table in found}
    samples = min(_effective(recorded), _effective(found))
    judged: list[Judged] = []
    unjudged: list[Unjudged] = []
    exact: list[str] = []
    for table in recorded:
        other = others.get(table.id)
        if other is None or (other.keys, other.columns) != (table.keys, table.columns):
            exact.append(f"table {table.id}: rows or columns are others")
            continue
        for key, left, right in zip(table.keys, table.rows, other.rows, strict=True):
            _judge_row(_Row(table, key, left, right), samples, judged=judged, unjudged=unjudged, exact=exact)
    return Judgement(tuple(judged), tuple(unjudged), tuple(exact))


@dataclass(frozen=True, slots=True)
class _Row:
    table: Table
    key: str
    left: Sequence[Any]
    right: Sequence[Any]

    def pairs(self) -> Iterator[tuple[str, str, Any, Any]]:
        for column, old, new in zip(self.table.columns, self.left, self.right, strict=True):
            yield column.name, column.kind, old, new

    def values(self, side: Sequence[Any]) -> dict[str, Any]:
        return dict(zip((column.name for column in self.table.columns), side, strict=True))


def cell_name(table: str, row: str, column: str) -> str:
    """Name a cell of a table."""
    return f"{table}[{row}, {column}]"


def _judge_row(
    row: _Row, samples: float, *, judged: list[Judged], unjudged: list[Unjudged], exact: list[str]
) -> None:
    left, right = row.values(row.left), row.values(row.right)
    for name, kind, old, new in row.pairs():
        where = cell_name(row.table.id, row.key, name)
        errors = [_error(name, kind, side, samples) for side in (left, right)]
        known = [error for error in errors if error is not None]
        if _is_number(old) and _is_number(new) and len(known) == len(errors):
            stored = name in _STORED and _is_number(left.get("mcse")) and _is_number(right.get("mcse"))
            judged.append(Judged(where, float(old), float(new), sqrt(sum(e * e for e in known)), stored))
        elif not same(old, new):
            if _may_vary(name, kind, old, new):
                unjudged.append(Unjudged(where, old, new))
            else:
                exact.append(where)


def _may_vary(name: str, kind: str, old: Any, new: Any) -> bool:
    """Numbers and months come from draws; amounts of money, counts of forecasts and words never do."""
    if kind in {"minor", "flag"} or name == "forecasts":
        return False
    return kind == "month" or (_is_number(old) and _is_number(new))


def _error(name: str, kind: str, row: Mapping[str, Any], samples: float) -> float | None:
    """Monte Carlo error of one cell; None where there is none."""
    value = row.get(name)
    if not _is_number(value):
        return None
    stored = row.get("mcse")
    if name in _STORED and kind == "probability" and _is_number(stored):
        return float(stored)
    if not isfinite(samples):
        return None
    if name in _DERIVED and kind == "probability":
        share = (float(value) * samples + 0.5) / (samples + 1.0)
        return sqrt(share * (1.0 - share) / samples)
    spread = _spread(row) if name in _LEVELS and _is_predictive(row) else None
    return None if spread is None else spread * _quantile_factor(_LEVELS[name]) / sqrt(samples)


def _is_predictive(row: Mapping[str, Any]) -> bool:
    """Whether the quantiles of a row are of draws: intervals of differences of scores are not."""
    return bool(_DERIVED & row.keys()) or {"q10", "q50", "q90"} <= row.keys()


def _quantile_factor(level: float) -> float:
    """Standard error of a quantile of a standard normal law, for one draw: sqrt(p (1 - p)) / density."""
    point = _NORMAL.inv_cdf(level)
    return sqrt(level * (1.0 - level)) * sqrt(2.0 * pi) * exp(point * point / 2.0)


def _spread(row: Mapping[str, Any]) -> float | None:
    """Standard deviation that the outermost quantiles of a row imply."""
    known = sorted(
        (_LEVELS[name], float(row[name])) for name in row if name in _LEVELS and _is_number(row[name])
    )
    if len(known) < 2:  # noqa: PLR2004 -- a spread lies between two points
        return None
    (low, below), (high, above) = known[0], known[-1]
    return abs(above - below) / (_NORMAL.inv_cdf(high) - _NORMAL.inv_cdf(low))


def _effective(tables: Sequence[Table]) -> float:
    """Smallest effective sample size that the tables state; infinite where none does."""
    sizes = [
        float(value)
        for table in tables
        for row in table.rows
        for column, value in zip(table.columns, row, strict=True)
        if column.name in {"ess_bulk", "ess_tail"} and _is_number(value) and value > 0
    ]
    return min(sizes, default=float("inf"))


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)

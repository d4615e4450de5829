"""Which rows of cube and journal make a headline figure."""

from collections.abc import Mapping

import polars as pl

from valuekit.attribution.views import TOTAL, admitted, is_open, ledger_part, of_step, seen
from valuekit.domain.carrier import Carrier, EvidenceTier, Step
from valuekit.domain.figure import Figure
from valuekit.domain.scope import Scope

IN, MAYBE, OUT = "in", "maybe", "out"
_EVERY = ",".join(Carrier)


def period_of(figure: Figure) -> str:
    """The month of a figure, or ``total``."""
    parts = figure.row.split("/")
    return parts[1] if len(parts) > 1 else TOTAL


def rows_of_figure(rows: pl.LazyFrame, figure: Figure, scope: Scope) -> pl.LazyFrame:
    """The rows that make a figure, with a column ``place``.

    ``in`` counts. ``maybe`` counts where a line's or a cell's sum of it is negative: a credit note that
    may lie in the scope lowers a figure that is a lower bound.

    Parameters
    ----------
    rows : LazyFrame
        Cube, or journal with a column ``candidates``.
    figure : Figure
        As `valuekit.attribution.figures.value_figures` makes them.
    scope : Scope
        That of the figure, or the last one for figures of the ledger.
    """
    period = period_of(figure)
    mine = pl.col("currency").cast(pl.String) == figure.unit
    if period != TOTAL:
        mine &= pl.col("period").cast(pl.String) == period
    placed = rows.filter(mine).with_columns(place=_place(figure, scope))
    return placed.filter(pl.col("place") != OUT)


def _place(figure: Figure, scope: Scope) -> pl.Expr:
    if figure.column == "ledger_minor":
        counted = of_step(Step.BILLED)
    elif figure.column in ("known_minor", "low_minor"):
        counted = admitted(scope)
    else:
        counted = seen(scope) & (ledger_part(scope) == figure.column.removesuffix("_minor"))
    if figure.column != "low_minor":  # what may lie in the scope counts in lower bounds alone
        return pl.when(counted).then(pl.lit(IN)).otherwise(pl.lit(OUT))
    open_rows = is_open(scope)
    inside = [str(carrier) for carrier in scope.carriers]
    may_be = pl.col("candidates").cast(pl.String).str.split(",").list.eval(pl.element().is_in(inside))
    return (
        pl.when(counted | (open_rows & may_be.list.all()))
        .then(pl.lit(IN))
        .when(open_rows & may_be.list.any())
        .then(pl.lit(MAYBE))
        .otherwise(pl.lit(OUT))
    )


def with_candidates(journal: pl.LazyFrame, by_rule: Mapping[str, str]) -> pl.LazyFrame:
    """A journal with what each line may be; where no rule decided, anything."""
    rule = pl.col("rule_id").cast(pl.String)
    known = rule.replace_strict(by_rule, default=_EVERY, return_dtype=pl.String)
    return journal.with_columns(candidates=known.fill_null(_EVERY))


def amount_by_line(rows: pl.LazyFrame) -> pl.LazyFrame:
    """What each line counts in the figure: line_id, rule_id, amount_minor; lines outside are left out.

    Parameters
    ----------
    rows : LazyFrame
        `rows_of_figure` of whole lines of a journal.
    """
    amount, counted = pl.col("amount_minor"), pl.col("place") == IN
    unknown = pl.col("evidence").cast(pl.String) == str(EvidenceTier.UNATTRIBUTED)
    lowered = amount.filter(~counted).sum().clip(upper_bound=0)
    # A shared line that a driver split is not unattributed any more: its rows there cancel.
    taken_back = (of_step(Step.DRIVEN) & unknown).any()
    by_line = rows.group_by("line_id").agg(
        rule_id=pl.col("rule_id").cast(pl.String).first(),
        amount_minor=amount.filter(counted).sum() + lowered,
        counts=(counted & ~unknown).any() | (~taken_back & (counted.any() | (lowered < 0))),
    )
    return by_line.filter("counts").drop("counts")

"""What became of each published amount: posted as a line, split, used as the control total, or a memo."""

from collections.abc import Mapping
from dataclasses import dataclass

from valuekit.datasets.china_unicom.accounts import Published
from valuekit.datasets.china_unicom.partition import (
    CLOUD,
    INDUSTRY,
    SERVICE,
    TOTAL,
    industry_parts,
    partition,
    whole,
)

_MEMO_CLOUD = (
    "From 2022 the company reports cloud under a wider scope (H1 2022: +143 %; with the other parts it "
    "exceeds industry internet, 373 against 369). What it shares with industry internet is not published, "
    "so it is not posted: a memo for whoever sets bounds."
)


@dataclass(frozen=True, slots=True)
class Reading:
    """How one published amount was read.

    Attributes
    ----------
    figure : Published
        The amount.
    kind : str
        posted, split (its parts are posted), control_total (the lines sum to it), memo (not posted).
    line_id : str
        The line that posts it; empty otherwise.
    reason : str
        Why.
    """

    figure: Published
    kind: str
    line_id: str
    reason: str


def readings(measures: Mapping[str, Published]) -> list[Reading]:
    """Read every published amount of one period.

    Raises
    ------
    ValueError
        If an amount has no reading: nothing published is passed over in silence.
    """
    posted = {line.terms[0].measure: line.line_id for line in partition(measures) if not line.derived}
    return [_reading(figure, measures, posted) for figure in measures.values()]


def _reading(figure: Published, measures: Mapping[str, Published], posted: Mapping[str, str]) -> Reading:
    if figure.measure in posted:
        return Reading(figure, "posted", posted[figure.measure], "published apart, part of industry internet")
    if figure == whole(measures):
        return Reading(
            figure, "control_total", "", "the largest published total: the lines sum to it exactly"
        )
    if figure.measure == CLOUD:
        return Reading(figure, "memo", "", _MEMO_CLOUD)
    return Reading(figure, "split", "", _split_reason(figure, measures))


def _split_reason(figure: Published, measures: Mapping[str, Published]) -> str:
    if figure.measure == SERVICE and TOTAL in measures:
        return "separates product sales (operating revenue less service revenue) from services"
    if figure.measure == INDUSTRY and industry_parts(measures):
        return "its published parts are posted, and what they leave over"
    raise ValueError(f"{figure.measure} in {figure.label} has no reading; add one to the partition")

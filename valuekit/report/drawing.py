"""What all charts share: from layers and a finding to a `blocks.Chart`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from valuekit.report.blocks import Chart
from valuekit.report.languages import text
from valuekit.report.theme import finished

Record = Mapping[str, Any]


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as plain mappings by column."""
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]


def chart_of(
    layers: Sequence[alt.Chart],
    chart_id: str,
    *,
    topic: str,
    language: str,
    height: int,
    title: str,
    alternative: str,
    source: str = "",
    **values: object,
) -> Chart:
    """Put layers, words and look together.

    Parameters
    ----------
    layers : sequence of altair charts
        None at all draws the sentence that there are no data.
    chart_id : str
        Id of the chart; its subtitle is the text ``<topic>.chart.<id>.subtitle``.
    title : str
        The finding.
    alternative : str
        The same as the chart, in words and numbers.
    **values
        Placeholders of the subtitle.
    """
    shown = alt.LayerChart(layer=list(layers)) if layers else _nothing(language)
    return Chart(
        id=chart_id,
        title=title,
        subtitle=text(language, f"{topic}.chart.{chart_id}.subtitle", **values),
        source=source or text(language, f"{topic}.source"),
        alternative=alternative or text(language, "names.no_data_chart"),
        spec=finished(shown, language, height=height if layers else 60, description=title),
    )


def _nothing(language: str) -> alt.Chart:
    words = text(language, "names.no_data_chart")
    alone: alt.Chart = on([{"words": words}]).mark_text(align="left", x=0, y=30).encode(text="words:N")
    return alone


def on(records: Iterable[Record]) -> alt.Chart:
    """A chart on small records that stand in the spec."""
    return alt.Chart(alt.InlineData(values=[dict(record) for record in records]))


def tips(**labels: str) -> list[alt.Tooltip]:
    """Tooltips of text fields, printed beforehand: field and its label."""
    return [alt.Tooltip(f"{name}:N", title=label) for name, label in labels.items()]


def main_currency(frame: pd.DataFrame, currency: str | None) -> str:
    """The currency a chart shows: the one asked for, else the only one, else the renminbi, else the first.

    Raises
    ------
    ValueError
        If the frame has no amount in the currency asked for.
    """
    found = sorted(frame["currency"].unique())
    if currency is not None and currency not in found:
        raise ValueError(f"no amounts in {currency!r}: choose one of {', '.join(found)}")
    return currency or ("CNY" if "CNY" in found or not found else str(found[0]))


def stacked(parts: Iterable[int]) -> list[tuple[int, int]]:
    """Where the parts of one bar begin and end: positive ones to the right, negative ones to the left.

    Examples
    --------
    >>> stacked([3, -1, 2])
    [(0, 3), (0, -1), (3, 5)]
    """
    ends = {True: 0, False: 0}
    spans = []
    for part in parts:
        start = ends[part >= 0]
        ends[part >= 0] = start + part
        spans.append((start, start + part))
    return spans


def roomy(values: Iterable[float], *, room: float = 0.2) -> list[float]:
    """The domain of an axis from zero, with room for labels beyond the bars."""
    every = [0.0, *values]
    low, high = min(every), max(every)
    span = (high - low) or 1.0
    return [low, high + room * span]


def across(values: Iterable[float], title: str, *, field: str = "from", room: float = 0.2) -> alt.X:
    """The horizontal axis of amounts, from zero, with room for labels beyond the bars."""
    scale = alt.Scale(domain=roomy(values, room=room), nice=False)
    return alt.X(f"{field}:Q", title=title, scale=scale, axis=alt.Axis(tickCount=6))


def spread(places: Mapping[str, float], *, gap: float) -> dict[str, float]:
    """Move labels apart until neighbours are `gap` away from each other, in the order of their places.

    Examples
    --------
    >>> spread({"a": 1.0, "b": 1.1, "c": 5.0}, gap=1.0)
    {'a': 1.0, 'b': 2.0, 'c': 5.0}
    """
    moved: dict[str, float] = {}
    above = float("-inf")
    for label in sorted(places, key=lambda key: (places[key], key)):
        above = max(places[label], above + gap)
        moved[label] = above
    return moved

"""Where revenue per connection comes from: an amount, a length of time and two counts."""

import pandas as pd

from valuekit.domain.figure import Figure
from valuekit.domain.money import decimal_text, scale_of
from valuekit.report.blocks import FigureTrace, Traces
from valuekit.report.headline import figure_label
from valuekit.report.languages import text
from valuekit.report.numbers import format_month
from valuekit.report.trace_parts import trace_column, trace_part

_COUNTS = ("opening", "closing", "average")


def per_connection_traces(revenue: pd.DataFrame, figure: Figure, *, language: str) -> Traces:
    """The trace of revenue per connection and year.

    Parameters
    ----------
    revenue : DataFrame
        PER_CONNECTION.
    figure : Figure
        As `valuekit.per_connection_figure` takes it from there.
    """
    (row,) = revenue[revenue["period"] == figure.row].to_dict("records")
    amount = decimal_text(int(row["amount_minor"]), scale_of(row["currency"]))
    values = {"amount": amount, "months": str(int(row["months"]))}
    values |= {name: repr(float(row[name])) for name in _COUNTS}
    part = trace_part(
        "quotient",
        language,
        [trace_column("item", "text", language), trace_column("exact", "text", language)],
        rows=tuple(values.items()),
        labels={"item": {name: text(language, f"trace.item.{name}") for name in values}},
        values={"basis": row["basis"]},
    )
    said = text(
        language,
        "trace.said.quotient",
        label=figure_label(figure.id, language),
        period=format_month(figure.row, language),
        value=figure.value,
        unit=row["currency"],
    )
    return Traces((FigureTrace(figure.id, said, (part,)),))

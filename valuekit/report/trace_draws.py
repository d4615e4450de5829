"""Where figures of a forecast come from: the trace of each, as a block of the page."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from valuekit.domain.figure import Figure
from valuekit.report.blocks import FigureTrace, TracePart, Traces
from valuekit.report.headline import figure_label, headline
from valuekit.report.languages import text
from valuekit.report.numbers import format_month
from valuekit.report.trace_parts import REST, trace_column, trace_part
from valuekit.report.words import name, target_name

Told = Mapping[str, Any]

#: The statistic of targets met, whose argument is their names.
SHARE_TRUE: Final = "share_true"
_POINTS: Final = 6
_DECIMALS: Final = 6


def forecast_traces(
    told: Iterable[Told], figures: Iterable[Figure], *, language: str, only: Iterable[str] = ()
) -> Traces:
    """The traces of a forecast's figures.

    Parameters
    ----------
    told : iterable of dict
        As `valuekit.trace_forecast` or `valuekit.trace_attainment` tells them.
    figures, only
        As `headline` gets them: the figures that it puts on cards are traced.
    """
    shown = {figure.id for figure in headline(figures, language, only=only).figures}
    return Traces(tuple(_trace(each, language) for each in told if each["figure"]["id"] in shown))


def _trace(told: Told, language: str) -> FigureTrace:
    return FigureTrace(told["figure"]["id"], _sentence(told, language), tuple(_parts(told, language)))


def _sentence(told: Told, language: str) -> str:
    said: dict[str, object] = {
        "label": figure_label(told["figure"]["id"], language),
        "as_of": format_month(told["as_of"], language),
        "count": f"{told['draws']['count']:,}",
        "models": sum(1 for row in told["weights"] if row["weight"]),
    }
    kind = "draws" if told["statistics"] else "table" if told["cells"] else "point"
    return text(language, f"trace.said.{kind}", **said)


def _parts(told: Told, language: str) -> Iterator[TracePart]:
    if told["statistics"]:
        targets = told["statistics"][0][0] == SHARE_TRUE
        yield _hits(told, language) if targets else _draws(told, language)
    if told["cells"]:
        yield _cells(told, language)
    if told["statistics"]:
        yield _weights(told, language)
    yield _points(told, language)


def _file(told: Told) -> dict[str, object]:
    return {**told["draws"], "count": f"{told['draws']['count']:,}"}


def _number(column: str, language: str) -> Any:
    return trace_column(column, "number", language, decimals=_DECIMALS)


def _draws(told: Told, language: str) -> TracePart:
    statistics = dict.fromkeys(row[0] for row in told["statistics"])
    return trace_part(
        "draws",
        language,
        [
            trace_column("statistic", "text", language),
            trace_column("month", "month", language),
            _number("argument", language),
            _number("value", language),
        ],
        rows=tuple(tuple(row) for row in told["statistics"]),
        values=_file(told),
        labels={"statistic": {each: text(language, f"trace.statistic.{each}") for each in statistics}},
    )


def _hits(told: Told, language: str) -> TracePart:
    keys = [row[2] for row in told["statistics"]]
    words = {key: " + ".join(target_name(language, each) for each in key.split(", ")) for key in keys}
    columns = [trace_column("target", "text", language), _number("value", language)]
    rows = tuple((key, row[3]) for key, row in zip(keys, told["statistics"], strict=True))
    return trace_part("hits", language, columns, rows=rows, values=_file(told), labels={"target": words})


def _cells(told: Told, language: str) -> TracePart:
    columns = [trace_column(each, "text", language) for each in ("table", "row", "cell")]
    return trace_part(
        "table", language, [*columns, _number("value", language)], rows=tuple(map(tuple, told["cells"]))
    )


def _weights(told: Told, language: str) -> TracePart:
    names = ("model", "role", "weight", "median", "probability")
    kinds = ("text", "text", "share", "number", "probability")
    models = told["weights"]
    return trace_part(
        "weights",
        language,
        [trace_column(each, kind, language) for each, kind in zip(names, kinds, strict=True)],
        rows=tuple(tuple(row[each] for each in names) for row in models),
        labels={
            "model": {row["model"]: name(language, "model", row["model"]) for row in models},
            "role": {row["role"]: name(language, "role", row["role"]) for row in models},
        },
    )


def _points(told: Told, language: str) -> TracePart:
    kinds = {
        "period": "month",
        "value": "number",
        "rounding": "number",
        "confidence": "text",
        "source": "text",
    }
    kinds |= {"note": "text"}
    points = told["points"]
    names = [each for each in kinds if each in points[0]]
    rows = [tuple(point[each] for each in names) for point in points[:_POINTS]]
    more = len(points) - len(rows)
    grades = {str(point["confidence"]) for point in points if point.get("confidence")}
    labels = {"confidence": {each: name(language, "confidence", each) for each in sorted(grades)}}
    if more:
        rows.append((REST, *(None for _ in names[1:])))
        labels["month"] = {REST: text(language, "trace.rest.points", count=more)}
    columns = [
        trace_column(
            "month" if each == "period" else each,
            kinds[each],
            language,
            **({"decimals": 3} if kinds[each] == "number" else {}),
        )
        for each in names
    ]
    return trace_part("points", language, columns, rows=tuple(rows), more=more, labels=labels)

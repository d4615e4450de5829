"""What the attainment page says in words: its title and its method."""

from collections.abc import Sequence

import pandas as pd

from valuekit.domain.figure import Figure
from valuekit.report.attainment_tables import TOPIC
from valuekit.report.blocks import Method, Title
from valuekit.report.connection_axes import level
from valuekit.report.connections import probability_words
from valuekit.report.drawing import rows_of
from valuekit.report.headline import find
from valuekit.report.languages import text
from valuekit.report.numbers import format_probability
from valuekit.report.value import texts_under
from valuekit.report.words import month_words

CONNECTIONS = "mobile_iot_terminal_connections"


def attainment_title(
    figures: Sequence[Figure],
    language: str,
    *,
    attainment: pd.DataFrame,
    due: str = "",
    as_of: str = "",
    models: pd.DataFrame | None = None,
) -> Title:
    """The title of target attainment: the connection target, all targets together, and those without data.

    Parameters
    ----------
    figures : sequence of Figure
        ``connections.probability`` and ``attainment.joint`` where they exist.
    attainment : DataFrame
        ATTAINMENT, for targets without data and for the probability where no figure has it.
    due : str
        Month at whose end the targets are judged; by default the latest in the frame.
    """
    month = month_words(language, due or (str(attainment["due"].max()) if len(attainment) else ""))
    parts = [
        _connections(figures, attainment, language, month=month, models=models),
        _joint(figures, language),
        _missing(attainment, language),
    ]
    return Title(
        title=text(language, "attainment.title.title", month=month),
        sentence=(" " if language == "en" else "").join(part.strip() for part in parts if part),
        as_of=month_words(language, as_of),
        scope="",
        topic=TOPIC,
    )


def _connections(
    figures: Sequence[Figure],
    attainment: pd.DataFrame,
    language: str,
    *,
    month: str,
    models: pd.DataFrame | None,
) -> str:
    """The probability of the connection target, from its figure or its row."""
    figure = find(figures, "connections.probability")
    rows = attainment[(attainment["target"] == CONNECTIONS) & attainment["probability"].notna()]
    if rows.empty:
        return ""
    row = rows_of(rows)[0]
    if figure is not None:
        probability, spread = probability_words(figure, language, models=models)
    else:
        error = None if pd.isna(row["mcse"]) else float(row["mcse"])
        probability, spread = format_probability(float(row["probability"]), language, mcse=error), ""
    return text(
        language,
        "attainment.title.exceed",
        threshold=level(float(row["threshold"]), str(row["unit"]), language),
        month=month,
        probability=probability,
        range=spread,
    )


def _joint(figures: Sequence[Figure], language: str) -> str:
    joint = find(figures, "attainment.joint")
    if joint is None or joint.value is None:
        return ""
    return text(
        language, "attainment.title.joint", probability=format_probability(float(str(joint.value)), language)
    )


def _missing(attainment: pd.DataFrame, language: str) -> str:
    missing = int((attainment["status"] == "no_data").sum())
    if not missing:
        return ""
    return text(language, "attainment.title.missing", missing=missing, all=len(attainment))


def attainment_method(language: str) -> Method:
    """How attainment was judged, and what the page does not show."""
    return Method(
        lines=texts_under(language, "attainment.method.lines"),
        limits=texts_under(language, "attainment.method.limits"),
    )

"""What the connections page says in words: its title and its method."""

from collections.abc import Sequence
from pathlib import PurePath

import pandas as pd

from valuekit.domain.figure import Figure
from valuekit.report.blocks import Method, Title
from valuekit.report.connection_axes import count, level
from valuekit.report.connection_tables import TOPIC, UNIT
from valuekit.report.headline import find
from valuekit.report.languages import text
from valuekit.report.numbers import format_interval, format_probability, unit_words
from valuekit.report.value import texts_under
from valuekit.report.words import month_words


def connections_title(
    figures: Sequence[Figure],
    language: str,
    *,
    due: str,
    threshold: float | None = None,
    as_of: str = "",
    models: pd.DataFrame | None = None,
    unit: str = UNIT,
    subject: str = "",
) -> Title:
    """The title of a connection forecast; its sentence is the probability of exceeding the target.

    Parameters
    ----------
    figures : sequence of Figure
        With ``connections.probability`` (its interval is by model) and the others of the forecast.
    due : str
        Month of the answer.
    threshold : float, optional
        Target in `unit`; without it the sentence states the median.
    models : DataFrame, optional
        MODELS: its simulation error says how many digits the probability has.
    unit : str
        Of the series.
    subject : str
        What is counted, printed as it is; default the connections of mobile IoT.
    """
    month = month_words(language, due)
    counted = subject or text(language, "connections.title.subject")
    chance = find(figures, "connections.probability")
    asked = threshold is not None and chance is not None and chance.value is not None
    parts = (
        [
            _exceeds(
                chance, language, month=month, threshold=measured(threshold, unit, language), models=models
            )
        ]
        if asked and chance is not None and threshold is not None
        else []
    )
    parts += [_median(figures, language, month=month), _needed(figures, language) if asked else ""]
    return Title(
        title=text(language, "connections.title.title", month=month, subject=counted),
        sentence=(" " if language == "en" else "").join(part.strip() for part in parts if part),
        as_of=month_words(language, as_of),
        scope="",
        topic=TOPIC,
    )


def probability_words(
    figure: Figure, language: str, *, models: pd.DataFrame | None = None
) -> tuple[str, str]:
    """A probability as printed, and its range by model in brackets, or nothing without one."""
    errors = [] if models is None else [float(e) for e in models["mcse"].dropna()]
    error = max(errors, default=None)
    printed = format_probability(float(str(figure.value)), language, mcse=error)
    if figure.low is None or figure.high is None:
        return printed, ""
    low, high = (format_probability(float(str(v)), language, mcse=error) for v in (figure.low, figure.high))
    # English writes the sign once, as in "2 to 20 %"; Chinese writes it at both ends.
    short = low.removesuffix(" %") if language == "en" and not high.startswith(("<", ">")) else low
    return printed, text(language, "connections.title.range", low=short, high=high)


def measured(threshold: float, unit: str, language: str) -> str:
    """A threshold with the unit that stands behind it: 3.6 billion connections, 36 亿连接."""
    words = unit_words(unit, language)
    shown = level(threshold, unit, language)
    apart = " " if words[:1].isascii() else ""
    return f"{shown}{apart}{words}".strip()


def series_source(language: str, origin: str) -> str:
    """Where a series comes from: the package's data set as its provenance says, any other by its name.

    Parameters
    ----------
    origin : str
        As the params file names the input.
    """
    if origin.startswith("dataset "):
        return text(language, "connections.source")
    return text(language, "connections.own_source", origin=PurePath(origin).name)


def _exceeds(
    chance: Figure, language: str, *, month: str, threshold: str, models: pd.DataFrame | None
) -> str:
    probability, spread = probability_words(chance, language, models=models)
    return text(
        language,
        "connections.title.exceed",
        month=month,
        threshold=threshold,
        probability=probability,
        range=spread,
    )


def _median(figures: Sequence[Figure], language: str, *, month: str) -> str:
    median = find(figures, "connections.median")
    if median is None or median.value is None:
        return ""
    interval = ""
    if median.low is not None and median.high is not None:
        words = format_interval(median.low, median.high, median.unit, language)
        shown = median.interval if language == "en" else median.interval.replace(" ", "")
        interval = text(language, "connections.title.interval", level=shown, low_high=words)
    value = count(float(str(median.value)), median.unit, language)
    return text(language, "connections.title.median", month=month, median=value, interval=interval)


def _needed(figures: Sequence[Figure], language: str) -> str:
    needed, recent = (find(figures, f"connections.{which}_per_month") for which in ("needed", "recent"))
    if needed is None or recent is None or needed.value is None or recent.value is None:
        return ""
    values = {
        "needed": count(float(str(needed.value)), needed.unit, language),
        "recent": count(float(str(recent.value)), recent.unit, language),
    }
    return text(language, "connections.title.needed", **values)


def connections_method(language: str, *, models: pd.DataFrame | None = None) -> Method:
    """How connections were forecast, the worst diagnostics, and what the page does not show.

    Parameters
    ----------
    models : DataFrame, optional
        MODELS, for the diagnostics.
    """
    return Method(
        lines=texts_under(language, "connections.method.lines"),
        limits=texts_under(language, "connections.method.limits"),
        diagnostics=() if models is None else (_diagnostics(models, language),),
    )


def _diagnostics(models: pd.DataFrame, language: str) -> str:
    sampled = models[models["rhat"].notna()]
    if sampled.empty:
        return text(language, "connections.method.no_diagnostics")
    return text(
        language,
        "connections.method.diagnostics",
        rhat=f"{float(sampled['rhat'].max()):.3f}",
        ess=f"{float(sampled['ess_bulk'].min()):,.0f}",
        divergences=int(sampled["divergences"].sum()),
    )

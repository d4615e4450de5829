"""What the page on forecast quality says in words: its title, its banner and its method."""

from collections.abc import Sequence

import pandas as pd

from valuekit.report.blocks import Banner, Method, Title
from valuekit.report.languages import text
from valuekit.report.quality_tables import TOPIC
from valuekit.report.value import texts_under
from valuekit.report.words import joined_words, month_words, name


def quality_title(summary: pd.DataFrame, language: str, *, as_of: str, subject: str = "") -> Title:
    """The title; its sentence says what failed, computed from the table ``quality``.

    Parameters
    ----------
    summary : DataFrame
        QUALITY.
    as_of : str
        Last published month.
    subject : str
        What is forecast, printed as it is; default the connections of mobile IoT.
    """
    tests = dict(zip(summary["check"], summary["tests"], strict=True))
    failed = dict(zip(summary["check"], summary["failed"], strict=True))
    wrong = failed["convergence"] or failed["sbc"]
    first = text(
        language,
        f"quality.title.{'failed' if wrong else 'passed'}",
        fits=tests["convergence"],
        tests=tests["sbc"],
        **({"fits_failed": failed["convergence"], "tests_failed": failed["sbc"]} if wrong else {}),
    )
    later = {check: tests[check] for check in ("predictive", "pit", "priors")}
    later |= {f"{check}_failed": failed[check] for check in ("predictive", "pit", "priors")}
    second = text(language, "quality.title.noted", **later)
    counted = subject or text(language, "connections.title.subject")
    return Title(
        title=text(language, "quality.title.title", subject=counted),
        sentence=(" " if language == "en" else "").join((first, second)),
        as_of=month_words(language, as_of),
        scope="",
        topic=TOPIC,
    )


def quality_banner(failed: Sequence[str], language: str) -> Banner | None:
    """Models that did not converge or are rejected on their own simulations; None where there are none."""
    if not failed:
        return None
    models = joined_words([name(language, "model", model) for model in failed], language)
    return Banner("diagnostics_failed", text(language, "quality.banner", checks=models))


def quality_method(language: str) -> Method:
    """How the checks were made, and what they do not show."""
    return Method(
        lines=texts_under(language, "quality.method.lines"),
        limits=texts_under(language, "quality.method.limits"),
    )

"""The words of a page on published accounts: within which bounds mobile IoT lies, period by period."""

from collections.abc import Sequence

import pandas as pd

from valuekit.domain.figure import Figure
from valuekit.report.blocks import Method, Title
from valuekit.report.headline import find
from valuekit.report.languages import text
from valuekit.report.numbers import format_value
from valuekit.report.value import TOPIC, reconciled_words, texts_under
from valuekit.report.words import month_words, scope_name


def accounts_title(
    certain: Sequence[Figure],
    language: str,
    *,
    period: str,
    subject: str,
    per_connection: Figure | None = None,
) -> Title:
    """The title of a page on published accounts; its sentence bounds the widest scope.

    Parameters
    ----------
    certain : sequence of Figure
        `Attribution.figures` with ``certain=True``, among them ``value.component`` and ``value.wide``.
    period : str
        The published period they stand for, YYYY-MM.
    subject : str
        Whose accounts they are; printed as it is.
    per_connection : Figure, optional
        Revenue per connection and year.

    Raises
    ------
    ValueError
        If a figure is missing.
    """
    component, wide = find(certain, "value.component"), find(certain, "value.wide")
    if component is None or wide is None:
        raise ValueError("a page on published accounts needs value.component and value.wide")
    month = month_words(language, period)
    sentences = [_bounded(component, wide, month, language), text(language, "accounts.title.undivided")]
    if per_connection is not None and per_connection.value is not None:
        revenue = format_value(per_connection.value, per_connection.unit, language)
        sentences.append(text(language, "accounts.title.per_connection", revenue=revenue))
    return Title(
        title=text(language, "accounts.title.of", subject=subject),
        sentence=(" " if language == "en" else "").join(sentences),
        as_of=month,
        scope=wide.scope,
        topic=TOPIC,
    )


def _bounded(component: Figure, wide: Figure, month: str, language: str) -> str:
    ends = {
        f"{name}_{end}": format_value(value, figure.unit, language)
        for name, figure in (("component", component), ("wide", wide))
        for end, value in (
            ("low", figure.value),
            ("high", figure.value if figure.high is None else figure.high),
        )
    }
    scopes = {
        "component": scope_name(language, component.scope),
        "wide": scope_name(language, wide.scope),
    }
    return text(language, "accounts.title.bounded", month=month, **ends, **scopes)


def accounts_source(language: str) -> str:
    """The source line of charts and tables on published accounts."""
    return text(language, "accounts.source")


def accounts_method(language: str, *, reconciliation: pd.DataFrame) -> Method:
    """How published accounts are read, and what the page does not show.

    Parameters
    ----------
    reconciliation : DataFrame
        Schema RECONCILIATION, for the diagnostics; its total over overlapping periods is left out.
    """
    alone = reconciliation[reconciliation["period"] != "total"]
    return Method(
        lines=texts_under(language, "accounts.method.lines"),
        limits=texts_under(language, "accounts.method.limits"),
        diagnostics=(reconciled_words(alone, language),),
    )

"""What the value page says in words: its title and its method."""

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd

from valuekit.domain.figure import Figure
from valuekit.report.blocks import Method, Title
from valuekit.report.headline import find, unattributed_share
from valuekit.report.languages import keys, text
from valuekit.report.numbers import format_share, format_value
from valuekit.report.words import month_words, scope_name

TOPIC = "value"


def value_title(
    figures: Sequence[Figure], language: str, *, as_of: str = "", subject: str = "", scope: str = ""
) -> Title:
    """The title of a value assessment; its sentence is what is known, bounded and unattributed.

    Parameters
    ----------
    figures : sequence of Figure
        With ``value.wide`` and the others of the attribution.
    as_of : str
        Last month that was counted, or any date in words.
    subject : str
        Whose revenue it is, such as an operator's name; printed as it is.
    scope : str
        Scope with version; by default that of ``value.wide``.
    """
    wide = find(figures, "value.wide")
    cited = scope or (wide.scope if wide is not None else "")
    parts = [_worth(figures, language), _unattributed(figures, language), _difference(figures, language)]
    gap = " " if language == "en" else ""
    return Title(
        title=text(language, "value.title.of", subject=subject)
        if subject
        else text(language, "value.title.title"),
        sentence=gap.join(filter(None, parts)),
        as_of=month_words(language, as_of),
        scope=cited,
        topic=TOPIC,
    )


def _printed(figure: Figure, value: object, language: str) -> str:
    return format_value(None if value is None else str(value), figure.unit, language)


def _worth(figures: Sequence[Figure], language: str) -> str:
    wide, cards = find(figures, "value.wide"), find(figures, "value.connection")
    if wide is None or wide.value is None:
        return text(language, "value.title.nothing")
    values = {
        "scope": scope_name(language, wide.scope or "wide"),
        "known": _printed(wide, wide.value, language),
        "low": _printed(wide, wide.low, language),
        "high": _printed(wide, wide.high, language),
        "cards": _printed(cards, cards.value, language) if cards is not None else "",
    }
    bounded = wide.low is not None and wide.high is not None and wide.high != wide.value
    if bounded and wide.column == "low_minor":
        return text(language, "value.title.certain", **values)
    if bounded and not Decimal(str(wide.value)):
        return text(language, "value.title.none_known", **values)
    key = f"{'bounded' if bounded else 'known'}{'_with_cards' if cards is not None else ''}"
    return text(language, f"value.title.{key}", **values)


def _unattributed(figures: Sequence[Figure], language: str) -> str:
    unknown, ledger = find(figures, "value.unattributed"), find(figures, "value.ledger")
    share = unattributed_share(list(figures))
    if unknown is None or ledger is None or share is None:
        return ""
    return text(
        language,
        "value.title.unattributed",
        unattributed=_printed(unknown, unknown.value, language),
        ledger=_printed(ledger, ledger.value, language),
        share=format_share(float(share), language),
    )


def _difference(figures: Sequence[Figure], language: str) -> str:
    difference = find(figures, "value.difference")
    if difference is None:
        return ""
    return text(
        language, "value.title.difference", difference=_printed(difference, difference.value, language)
    )


def texts_under(language: str, prefix: str) -> tuple[str, ...]:
    """All texts under a dotted key, in the order of the file."""
    file = prefix.partition(".")[0]
    return tuple(text(language, key) for key in keys(language, file) if key.startswith(f"{prefix}."))


def value_method(language: str, *, reconciliation: pd.DataFrame | None = None) -> Method:
    """How value was attributed, and what the page does not show.

    Parameters
    ----------
    reconciliation : DataFrame, optional
        RECONCILIATION, for the diagnostics.
    """
    return Method(
        lines=texts_under(language, "value.method.lines"),
        limits=texts_under(language, "value.method.limits"),
        diagnostics=() if reconciliation is None else (reconciled_words(reconciliation, language),),
    )


def reconciled_words(reconciliation: pd.DataFrame, language: str) -> str:
    """How many rows of a RECONCILIATION have a difference of zero."""
    differing = int((reconciliation["difference_minor"] != 0).sum())
    return text(
        language,
        f"value.method.{'differing' if differing else 'reconciled'}",
        rows=len(reconciliation),
        differing=differing,
    )

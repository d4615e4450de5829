"""Headline figures with their labels, and what must be known before reading."""

from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from valuekit.domain.figure import Figure
from valuekit.report.blocks import Banner, Headline
from valuekit.report.languages import keys, text
from valuekit.report.numbers import format_share
from valuekit.report.words import currency_name, joined_words, name

if TYPE_CHECKING:
    import pandas as pd  # the list of runs needs the labels alone

# What cards show first; a page has six at most, and what is left out stands in the tables.
PREFERRED: Final = (
    "value.wide",
    "value.component",
    "value.connection",
    "value.unattributed",
    "value.difference",
    "value.per_connection",
    "connections.probability",
    "connections.median",
    "connections.last",
    "connections.needed_per_month",
    "connections.date_50",
    "connections.date_80",
    "attainment.joint",
    "attainment.areas_1e8",
    "attainment.areas_1e7",
    "connections.recent_per_month",
    "value.ledger",
)
MOST: Final = 6

RHAT, ESS = 1.01, 400.0  # what diagnostics must keep below, and above


def find(figures: Iterable[Figure], figure_id: str) -> Figure | None:
    """The figure of an id, or the first whose id adds a currency or a number to it."""
    every = list(figures)
    exact = next((f for f in every if f.id == figure_id), None)
    return exact or next((f for f in every if f.id.startswith((f"{figure_id}.", f"{figure_id}_"))), None)


def headline(figures: Iterable[Figure], language: str, *, only: Iterable[str] = ()) -> Headline:
    """Up to six figures on cards, the most important first.

    Parameters
    ----------
    figures : iterable of Figure
        As `figures()` of a result gives them.
    only : iterable of str
        Ids to show, in their order, where the usual choice does not fit.
    """
    every = {figure.id: figure for figure in figures}
    chosen = [every[figure_id] for figure_id in only if figure_id in every] or ranked(every.values())[:MOST]
    return Headline(tuple(chosen), {figure.id: figure_label(figure.id, language) for figure in chosen})


def ranked(figures: Iterable[Figure]) -> list[Figure]:
    """The most important first, as cards show them."""
    return sorted(figures, key=lambda figure: _rank(figure.id))


def _rank(figure_id: str) -> int:
    matches = (
        k
        for k, known in enumerate(PREFERRED)
        if figure_id == known or figure_id.startswith((f"{known}.", f"{known}_"))
    )
    return next(matches, len(PREFERRED))


def figure_label(figure_id: str, language: str) -> str:
    """The printed name of a figure.

    Examples
    --------
    >>> figure_label("connections.median_2027", "en"), figure_label("attainment.areas_1e8_k3", "zh")
    ('Median, end of 2027', '亿级应用领域不少于 3 个')
    """
    known = keys(language, "names")
    if (label := known.get(f"names.figure.{figure_id}")) is not None:
        return label
    stem, _, tail = figure_id.rpartition("_")
    if tail.isdigit() and f"names.figure.{stem}_year" in known:
        return text(language, f"names.figure.{stem}_year", year=tail)
    if tail.startswith("k") and f"names.figure.{stem}" in known:
        return text(language, f"names.figure.{stem}", k=tail[1:])
    base, _, currency = figure_id.rpartition(".")
    if f"names.figure.{base}" in known:
        label = text(language, f"names.figure.{base}")
        return text(
            language, "names.figure_currency", label=label, currency=currency_name(language, currency)
        )
    return figure_id


def synthetic_banner(language: str, *, synthetic: bool = True) -> Banner | None:
    """The data are invented, and every page says so first; None where they are real."""
    return Banner("synthetic", text(language, "names.banner.synthetic")) if synthetic else None


def unattributed_banner(figures: Iterable[Figure], language: str, *, above: float = 0.05) -> Banner | None:
    """More than a share of the ledger is unattributed; None where it is not.

    Parameters
    ----------
    figures : iterable of Figure
        With ``value.unattributed`` and ``value.ledger``.
    above : float
        Share of the ledger.
    """
    share = unattributed_share(list(figures))
    if share is None or share <= Fraction(above):
        return None
    words = {"share": format_share(float(share), language), "above": format_share(above, language)}
    return Banner("unattributed", text(language, "names.banner.unattributed", **words))


def unattributed_share(figures: list[Figure]) -> Fraction | None:
    """What part of the ledger is unattributed, exactly; None where either figure is missing."""
    unknown, ledger = find(figures, "value.unattributed"), find(figures, "value.ledger")
    if unknown is None or ledger is None or not Fraction(str(ledger.value)):
        return None
    return Fraction(str(unknown.value)) / Fraction(str(ledger.value))


def diagnostics_banner(models: "pd.DataFrame", language: str, *, failed: Iterable[str] = ()) -> Banner | None:
    """Models whose fits failed their diagnostics; None where all passed.

    Parameters
    ----------
    models : DataFrame
        MODELS.
    failed : iterable of str
        Models that failed what the table does not show, such as a fit without the last month.
    """
    bad = (
        (models["rhat"].fillna(1.0) >= RHAT)
        | (models["ess_bulk"].fillna(ESS + 1) <= ESS)
        | (models["divergences"].fillna(0) > 0)
    )
    every = dict.fromkeys([*map(str, models.loc[bad, "model"]), *failed])
    if not every:
        return None
    words = joined_words([name(language, "model", model) for model in every], language)
    return Banner("diagnostics_failed", text(language, "names.banner.diagnostics_failed", models=words))

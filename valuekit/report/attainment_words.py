"""Printed words of levers and of what scenarios change."""

from valuekit.report.languages import text
from valuekit.report.numbers import format_share
from valuekit.report.words import joined_words, name

_SHARES = ("purge", "2g3g_share", "2g3g_retired", "2g3g_reconnected")


def lever_words(language: str, lever: str) -> str:
    """Print a lever: net additions, or a part of the total.

    Examples
    --------
    >>> lever_words("en", "area:connected vehicles"), lever_words("zh", "net_additions")
    ('Area: Connected vehicles', '月净增')
    """
    kind, _, part = lever.partition(":")
    if not part:
        return name(language, "lever", kind)
    return text(language, f"names.lever.{kind}", part=name(language, kind, part))


def changes_words(language: str, changes: str) -> str:
    """Print what a scenario changes, as `Scenario.changes` writes it.

    Examples
    --------
    >>> changes_words("en", "growth=1.3; area:connected vehicles=1.2; purge=0.004")
    'net additions × 1.3, Connected vehicles × 1.2, 0.4 % purged'
    """
    return joined_words((_change(language, part) for part in changes.split("; ") if part), language)


def _change(language: str, part: str) -> str:
    code, _, value = part.rpartition("=")
    kind, _, inner = code.partition(":")
    share = format_share(float(value), language) if kind in _SHARES else ""
    return text(
        language,
        f"names.scenario_change.{kind}",
        value=value,
        share=share,
        part=name(language, kind, inner),
    )


def scenario_reason(language: str, scenario: str, reason: str) -> str:
    """Where a scenario's numbers come from; translated only if it is word for word the reason that ships."""
    shipped = name("en", "scenario_reason", scenario)
    return name(language, "scenario_reason", scenario) if reason == shipped else reason

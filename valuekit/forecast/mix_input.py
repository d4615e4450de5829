"""A user's own technology mix: checked, with its rounding as an error of the log-ratios."""

import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd

from valuekit.domain.period import Month
from valuekit.errors import Finding, InvalidInput
from valuekit.forecast.elicitation import Belief, Retirement
from valuekit.forecast.mix_model import ShareReading
from valuekit.forecast.series import read_published

MIN_MONTHS: Final = 4
_OLD: Final = ("2g", "3g", "gsm", "gprs", "wcdma", "cdma", "tdscdma")
_COLUMNS: Final = ("period", "technology", "value")
# A published share is never exact to more than this: cards are counted at different hours.
_LEAST_SD: Final = 1e-3


def read_mix(source: pd.DataFrame | str | Path) -> tuple[ShareReading, ...]:
    """Readings of a frame with ``period``, ``technology``, ``value`` (schema MIX_SERIES), in order.

    A value of 0 says that the technology is not counted yet (or any more); it is no reading.

    Raises
    ------
    InvalidInput
        With everything that is wrong.
    """
    frame = source if isinstance(source, pd.DataFrame) else read_published(source)
    missing = [name for name in _COLUMNS if name not in frame.columns]
    if missing:
        raise InvalidInput.at("mix", f"has no columns {', '.join(missing)}", "give period, technology, value")
    rows = [_row(row) for row in frame.to_dict("records")]
    findings = list(_row_findings(rows)) or list(_whole_findings(rows))
    if findings:
        raise InvalidInput(findings)
    half = 0.5 * 10.0 ** -max(_decimals(row["text"]) for row in rows)
    readings = [_reading(row, half) for row in rows if row["value"] > 0]
    return tuple(sorted(readings, key=lambda r: r.period))


def from_beliefs(beliefs: Sequence[Belief]) -> tuple[ShareReading, ...]:
    """Beliefs as readings of the same kind."""
    return tuple(ShareReading(b.period, b.technology, b.median, b.deviation**2) for b in beliefs)


def legacy_of(technologies: Sequence[str], given: Sequence[str] | None) -> tuple[str, ...]:
    """The technologies that do not count as 4G/5G: those given, or those whose names say 2G or 3G.

    Raises
    ------
    InvalidInput
        If none is found, or a name is unknown.
    """
    found = tuple(given) if given is not None else tuple(t for t in technologies if _is_old(t))
    unknown = [name for name in found if name not in technologies]
    if unknown or not found or len(found) == len(technologies):
        what = f"{', '.join(unknown)} unknown" if unknown else f"{len(found)} of {len(technologies)} found"
        raise InvalidInput.at(
            "legacy", f"technologies that are not 4G/5G: {what}", f"name some of {', '.join(technologies)}"
        )
    return found


def check_retirements(
    retirements: Sequence[Retirement], technologies: Sequence[str]
) -> tuple[Retirement, ...]:
    """Retirements of known technologies with possible rates."""
    findings = []
    for number, given in enumerate(retirements, start=1):
        where = f"retirement {number}"
        if given.technology not in technologies:
            findings.append(
                Finding(
                    where, f"{given.technology!r} is no technology", f"choose from {', '.join(technologies)}"
                )
            )
        if not (math.isfinite(given.rate) and 0 <= given.spread < math.inf):
            findings.append(
                Finding(where, "rate or spread is not a number", "give numbers, spread not below 0")
            )
    if findings:
        raise InvalidInput(findings)
    return tuple(retirements)


def _is_old(technology: str) -> bool:
    return re.sub(r"[^a-z0-9]", "", technology.casefold()).startswith(_OLD)


def _row(row: dict[Any, Any]) -> dict[str, Any]:
    raw = row["value"]
    return {
        "period": str(row["period"]),
        "technology": str(row["technology"]).strip(),
        "text": raw if isinstance(raw, str) else repr(float(raw)) if _finite(raw) else "",
        "value": float(raw) if _finite(raw) else math.nan,
        "rounding": float(row["rounding"]) if _finite(row.get("rounding")) else math.nan,
    }


def _finite(raw: Any) -> bool:
    try:
        return math.isfinite(float(raw))
    except (TypeError, ValueError):
        return False


def _decimals(text: str) -> int:
    digits = re.fullmatch(r"\d+\.(\d+)", text)
    return 0 if digits is None or digits.group(1) == "0" else len(digits.group(1))


def _row_findings(rows: Sequence[dict[str, Any]]) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for number, row in enumerate(rows, start=2):
        where = f"mix, row {number}"
        key = (row["period"], row["technology"])
        if not _is_month(row["period"]):
            yield Finding(
                where, f"period is {row['period']!r}", "write the month as YYYY-MM, such as 2025-12"
            )
        if not row["technology"] or row["technology"] == "nan":
            yield Finding(where, "technology is empty", "name it, such as 2g3g, nb_iot, lte, 5g")
        if not row["value"] >= 0:
            yield Finding(where, f"value is {row['text']!r}", "give a count or share of 0 or more")
        if key in seen:
            yield Finding(where, f"{key[1]} in {key[0]} is there twice", "keep one value a month")
        seen.add(key)


def _whole_findings(rows: Sequence[dict[str, Any]]) -> Iterator[Finding]:
    present: dict[str, int] = {}
    for row in rows:
        present[row["period"]] = present.get(row["period"], 0) + (row["value"] > 0)
    alone = sorted(period for period, count in present.items() if count < 2)  # noqa: PLR2004 - a ratio needs two
    if alone:
        yield Finding(
            f"mix, {', '.join(alone[:3])}",
            "fewer than two technologies above 0",
            "give all of them, or leave it out",
        )
    elif len(present) < MIN_MONTHS:
        yield Finding("mix", f"has {len(present)} months", f"give {MIN_MONTHS} or more; fewer show no trend")


def _is_month(text: str) -> bool:
    try:
        Month.parse(text)
    except ValueError:
        return False
    return True


def _reading(row: dict[str, Any], half: float) -> ShareReading:
    rounding = row["rounding"] if row["rounding"] >= 0 else half
    # A rounding error is uniform over +- half a digit: variance h^2 / 3; relative to the amount in logs.
    variance = max(rounding**2 / 3.0 / row["value"] ** 2, _LEAST_SD**2)
    return ShareReading(Month.parse(row["period"]), row["technology"], row["value"], variance)

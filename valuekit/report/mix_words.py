"""Words that the blocks of the technology mix share; above all, that a mix is elicited."""

from typing import Any, Final

import pandas as pd

from valuekit.report.blocks import Banner
from valuekit.report.languages import text
from valuekit.report.numbers import format_interval, format_share

TOPIC: Final = "mix"


def is_elicited(frame: pd.DataFrame) -> bool:
    """Whether a row of a mix frame rests on beliefs."""
    return bool((frame["basis"] == "elicited").any())


def basis_words(frame: pd.DataFrame, language: str) -> str:
    """What every title and subtitle begins with where beliefs stand for figures; empty for data."""
    return text(language, "mix.basis.elicited") if is_elicited(frame) else ""


def mix_banner(mix: pd.DataFrame, language: str) -> Banner | None:
    """The banner of an elicited mix; None where the mix comes from data."""
    return Banner("note", text(language, "mix.banner.elicited")) if is_elicited(mix) else None


def percent(share: Any, language: str) -> str:
    """A share of connections: 95.0 %; never more digits, which neither beliefs nor counts carry."""
    return format_share(float(share), language)


def whole_percent(share: float, language: str) -> str:
    """A share that is asked for, without digits that it does not have: 95 %, 97.5 %."""
    return percent(share, language).replace(".0", "")


def percent_interval(low: Any, high: Any, language: str) -> str:
    """An interval of shares."""
    return format_interval(float(low), float(high), "share", language)

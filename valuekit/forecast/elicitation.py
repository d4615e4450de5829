"""What is believed of China's technology mix where nothing is published: elicited, and said to be so.

No split of all connections by radio technology was found in public. The beliefs below are those of the
authors of valuekit, written down on 2026-11-22 before any probability was computed from them; each says
on what it leans. Replace them by your own, or by a series.

The share of 2G/3G at the end of 2025 is a stock that is worn down: 0.65 of 10.3 at the end of 2019, a
fifth of the 1.1 added in 2020 and little since, give some 7 (10^8). Devices live 4 to 12 years, so 8 to 25 %
are lost a year; over five and a half years 1.8 to 4.5 are left of 28.88: 0.06 to 0.16, with 15 % a year 0.11.
"""

from dataclasses import dataclass
from math import log
from typing import Final

from valuekit.domain.period import Month

# The normal distribution's 95 % point: beliefs are stated by their 5 and 95 % points.
_NINETY: Final = 2.0 * 1.6448536269514722

LEGACY: Final = "2g3g"
NB_IOT: Final = "nb_iot"
LTE: Final = "lte"
FIVE_G: Final = "5g"
TECHNOLOGIES: Final = (LEGACY, NB_IOT, LTE, FIVE_G)


@dataclass(frozen=True, slots=True)
class Belief:
    """A share at a month, with its 90 % interval.

    Attributes
    ----------
    period : Month
    technology : str
    median, low, high : float
        Share of all connections; `low` and `high` are the 5 and 95 % points.
    basis : str
        ``elicited``, or ``published`` where a figure stands behind it.
    reason : str
        What it leans on.
    """

    period: Month
    technology: str
    median: float
    low: float
    high: float
    basis: str
    reason: str

    @property
    def deviation(self) -> float:
        """Standard deviation of the logarithm of the share."""
        return log(self.high / self.low) / _NINETY


@dataclass(frozen=True, slots=True)
class Retirement:
    """A technology is retired: beyond its trend, its odds against every other fall from a month on.

    Attributes
    ----------
    technology : str
    start : Month
        The fall begins after the end of this month.
    rate, spread : float
        Mean and standard deviation of the additional fall of the log-odds, a year: 0.15 means that some
        15 % of what is left goes in a year.
    off : Month or None
        Network switched off: no share from this month on.
    """

    technology: str
    start: Month
    rate: float = 0.15
    spread: float = 0.10
    off: Month | None = None


_FIRST: Final = Month(2019, 12)
_LAST: Final = Month(2025, 12)

CHINA_BELIEFS: Final = (
    Belief(
        _FIRST, LEGACY, 0.65, 0.45, 0.80, "elicited",
        "vast bulk on 2G or 3G (Light Reading 2020-04); a fifth of new connections (MIIT 2020-05)",
    ),
    Belief(
        _FIRST, NB_IOT, 0.097, 0.090, 0.110, "published",
        "NB-IoT over 1.0 of over 10 at the end of 2019 (MIIT notice 2020-05-07)",
    ),
    Belief(_FIRST, LTE, 0.25, 0.12, 0.42, "elicited", "what the others leave"),
    Belief(
        _FIRST, FIVE_G, 0.0002, 0.00002, 0.001, "elicited",
        "networks opened in late 2019; modules cost too much for things",
    ),
    Belief(
        _LAST, LEGACY, 0.11, 0.05, 0.22, "elicited",
        "the stock of 2019 worn down by 8 to 25 % a year, no new ones since 2021",
    ),
    Belief(
        _LAST, NB_IOT, 0.27, 0.17, 0.40, "elicited",
        "the largest part in 2023 (GSMA, no figure); four uses above ten million each (MIIT 2023-01)",
    ),
    Belief(_LAST, LTE, 0.60, 0.45, 0.75, "elicited", "what the others leave; LTE-Cat1 took over from 2G"),
    Belief(
        _LAST, FIVE_G, 0.015, 0.006, 0.035, "elicited",
        "over 1.0 is the target of the end of 2027 (5G upgrade plan 2024-11)",
    ),
)  # fmt: skip
# The notice asks for careful migration of 2G/3G services; how much faster than the trend is elicited.
CHINA_RETIREMENTS: Final = (Retirement(LEGACY, _LAST),)

"""The published figures of China Unicom from H1 2020 to H1 2023, period by period."""

import csv
from dataclasses import dataclass
from typing import Final

from valuekit.datasets.catalogue import package_path
from valuekit.domain.money import parse_minor

OPERATOR: Final = "China Unicom"
FIRST: Final = "2020-06"
# The IoT line ends here: with the results of 2023 IoT left the digital side of the segments.
LAST: Final = "2023-06"
# 1e8 CNY is 10^10 fen: a figure in 1e8 CNY read with ten decimals is an integer in minor units.
_SCALE: Final = 10
_LABELS: Final = {"year": "FY", "half": "H1", "quarter": "Q1"}


@dataclass(frozen=True, slots=True)
class Published:
    """One published amount.

    Attributes
    ----------
    period : str
        YYYY-MM, the last month of the published period.
    period_kind : str
        year, half or quarter.
    measure : str
        As in ``operators/accounts``.
    value : str
        1e8 CNY, as published.
    source, source_url, note : str
        Where it was read; the address is empty where it was left out on purpose.
    """

    period: str
    period_kind: str
    measure: str
    value: str
    source: str
    source_url: str
    note: str

    @property
    def minor(self) -> int:
        """The amount in minor units, exactly."""
        return parse_minor(self.value, _SCALE)

    @property
    def rounding_minor(self) -> int:
        """Half of the last published digit, in minor units."""
        digits = len(self.value.partition(".")[2])
        return int(10 ** (_SCALE - digits)) // 2

    @property
    def label(self) -> str:
        """The period as lines name it, such as ``2022-06-H1``."""
        return f"{self.period}-{_LABELS[self.period_kind]}"


def published() -> dict[str, dict[str, Published]]:
    """Published amounts by period, then by measure; both in the order of the months and of the file.

    Raises
    ------
    ValueError
        If a measure stands twice in a period: which one holds must be decided, not left to order.
    """
    periods: dict[str, dict[str, Published]] = {}
    for figure in sorted(_amounts(), key=lambda figure: figure.period):
        measures = periods.setdefault(figure.period, {})
        if figure.measure in measures:
            raise ValueError(f"{figure.measure} stands twice in {figure.label}; decide which one holds")
        measures[figure.measure] = figure
    return periods


def _amounts() -> list[Published]:
    with package_path("files/operators/accounts.csv").open(encoding="utf-8", newline="") as file:
        return [_figure(row) for row in csv.DictReader(file) if _wanted(row)]


def _wanted(row: dict[str, str]) -> bool:
    return row["operator"] == OPERATOR and row["unit"] == "1e8_cny" and FIRST <= row["period"] <= LAST


def _figure(row: dict[str, str]) -> Published:
    return Published(
        period=row["period"],
        period_kind=row["period_kind"],
        measure=row["measure"],
        value=row["value"],
        source=row["source_title"],
        source_url=row["source_url"],
        note=row["note"],
    )

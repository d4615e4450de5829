"""The break between two classifications of areas, as an uncertain map from old to new.

Until 2021 three areas were published (manufacturing, transport, public utilities), from 2022 on others
(public services, vehicles, retail, home, later manufacturing). No bridge between them was published. The
map below is elicited: each old area, and what was outside the three, is split over the new ones by a
Dirichlet distribution with these means. The months on both sides of the break then say which maps are
likelier: a map is weighted by the marginal likelihood of the jump it leaves over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valuekit.domain.period import Month
from valuekit.errors import InvalidInput
from valuekit.frames.schemas import AREA_MAP

FloatArray = NDArray[np.float64]

REST: Final = "rest"
# Weight of the elicited means, in observations: a share of 0.85 has a standard deviation of 0.08.
CONCENTRATION: Final = 20.0
_YEAR: Final = 12
CHINA_MAP: Final[Mapping[str, Mapping[str, float]]] = {
    "smart public utilities": {"public services": 0.80, "smart home": 0.10, REST: 0.10},
    "smart manufacturing": {
        "industrial manufacturing": 0.35, "public services": 0.10, "connected vehicles": 0.05, REST: 0.50,
    },
    "smart transport": {"connected vehicles": 0.85, "public services": 0.10, REST: 0.05},
    REST: {
        "smart retail": 0.35, "smart home": 0.22, "public services": 0.15, "connected vehicles": 0.13,
        REST: 0.15,
    },
}  # fmt: skip
REASONS: Final[Mapping[str, str]] = {
    "smart public utilities": "meters, lights and safety; detectors and meters at home became smart home",
    "smart manufacturing": "2.54 in 2021 against 1.1 in 2025: most is not today's industrial manufacturing",
    "smart transport": "fleets and cars; shared bicycles and traffic control went to public services",
    REST: "payment terminals, wearables, home devices: published by themselves only from 2022 on",
}


@dataclass(frozen=True, slots=True)
class OldAreas:
    """Shares under the old classification.

    Attributes
    ----------
    names : tuple of str
    months : tuple of Month
    shares : array, shape (month, area)
        Of all connections; less than 1 in sum.
    """

    names: tuple[str, ...]
    months: tuple[Month, ...]
    shares: FloatArray

    @property
    def all_shares(self) -> FloatArray:
        """With what is outside the areas last, shape (month, area + 1)."""
        return np.column_stack([self.shares, 1.0 - self.shares.sum(axis=1)])

    @property
    def squared_steps(self) -> FloatArray:
        """Squared increments of the log-ratios against the rest, per year, shape (step, area).

        Steps of at least a year, taken backwards from the last month.
        """
        anchors = [len(self.months) - 1]
        for place in range(len(self.months) - 2, -1, -1):
            if self.months[anchors[-1]] - self.months[place] >= _YEAR:
                anchors.append(place)
        anchors.reverse()
        shares = self.shares[anchors]
        ratios = np.log(shares / (1.0 - shares.sum(axis=1))[:, None])
        years = np.diff([self.months[place].ordinal for place in anchors]) / _YEAR
        return np.asarray(np.diff(ratios, axis=0) ** 2 / years[:, None])


def read_old_areas(frame: pd.DataFrame, totals: Mapping[str, float], names: Sequence[str]) -> OldAreas | None:
    """Months at which every old area is published, as a level or a share; None without any."""
    rows = frame[frame["area_en"].isin(list(names))]
    if rows.empty:
        return None
    level = pd.to_numeric(rows["value_1e8"]) / rows["period"].map(totals)
    share = pd.to_numeric(rows["share_pct"]) / 100.0 if "share_pct" in rows else np.nan
    known = rows.assign(known=level.fillna(share))
    wide = known.pivot_table(
        index="period", columns="area_en", values="known", aggfunc="first", observed=True
    )
    complete = wide.reindex(columns=list(names)).dropna()
    if complete.empty:
        return None
    months = tuple(Month.parse(str(period)) for period in complete.index)
    return OldAreas(tuple(names), months, complete.to_numpy(dtype=float))


def map_means(
    taxonomy: Mapping[str, Mapping[str, float]], old: Sequence[str], new: Sequence[str]
) -> FloatArray:
    """Elicited means, shape (old area and rest, new area and rest), each row summing to 1.

    Raises
    ------
    InvalidInput
        If an old area has no row, or a row's shares are not positive numbers.
    """
    for name in (*old, REST):
        shares = taxonomy.get(name, {})
        if not shares or any(not 0.0 < share < np.inf for share in shares.values()):
            raise InvalidInput.at(f"area map, {name}", "has no positive shares", "give where the area went")
    rows = np.array([[taxonomy[o].get(n, 0.0) for n in (*new, REST)] for o in (*old, REST)])
    # A new area that this history does not know stays in the rest.
    unknown = [sum(s for n, s in taxonomy[o].items() if n not in (*new, REST)) for o in (*old, REST)]
    rows[:, -1] += unknown
    return np.asarray(rows / rows.sum(axis=1, keepdims=True))


def map_draws(means: FloatArray, count: int, rng: np.random.Generator) -> FloatArray:
    """Maps before any data, shape (draw, old, new): Dirichlet rows; a mean of 0 stays 0."""
    gammas = rng.gamma(CONCENTRATION * np.maximum(means, 1e-300), size=(count, *means.shape))
    gammas = np.where(means > 0.0, gammas, 0.0)
    return np.asarray(gammas / gammas.sum(axis=2, keepdims=True))


def mapped(shares: FloatArray, maps: FloatArray) -> FloatArray:
    """Shares of the new areas and their rest, shape (draw, month, new), from old ones (month, old)."""
    return np.asarray(np.einsum("mo,don->dmn", shares, maps))


def map_table(
    taxonomy: Mapping[str, Mapping[str, float]], old: Sequence[str], new: Sequence[str], maps: FloatArray
) -> pd.DataFrame:
    """Schema AREA_MAP: the elicited map, and its mean after seeing both sides of the break."""
    means, seen = map_means(taxonomy, old, new), maps.mean(axis=0)
    rows = [
        (old_name, new_name, means[i, j], seen[i, j], REASONS.get(old_name, ""))
        for i, old_name in enumerate((*old, REST))
        for j, new_name in enumerate((*new, REST))
        if means[i, j] > 0.0
    ]
    return pd.DataFrame(rows, columns=list(AREA_MAP.names))

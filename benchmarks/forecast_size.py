"""How often a test of equal accuracy finds a difference where there is none, on the real origins.

    python benchmarks/forecast_size.py [--repeat 2000]

Scores of forecasts of equal quality are made from random walks over the origins and horizons of the
published series, in three shapes: the change ahead, its sign times the horizon, its square. Each test is
asked at 5 %; `ours` is `valuekit.forecast.comparisons.compare`, `textbook` the Diebold-Mariano test with flat
weights and the correction of Harvey, Leybourne and Newbold, `naive` takes origins for independent.
"""

import argparse
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
from forecast_tasks import published_connections
from scipy.stats import t as student

from valuekit.forecast.comparisons import compare
from valuekit.forecast.rolling import origins

BUCKETS: Final = ((1, 25), (1, 6), (7, 12), (13, 18), (19, 25))
LEVEL: Final = 0.05
SHAPES: Final[dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]]] = {
    "change": lambda change, _: change,
    "sign": lambda change, h: h * np.sign(change),
    "square": lambda change, h: change**2 - h,
}


def naive(totals: np.ndarray, pairs: np.ndarray, months: np.ndarray, _longest: int) -> float:
    """The p value as if origins were independent."""
    return _plain(totals, pairs, (np.abs(months[:, None] - months) < 1.0).astype(float), 1.0)


def textbook(totals: np.ndarray, pairs: np.ndarray, months: np.ndarray, longest: int) -> float:
    """The p value with flat weights within the horizon, corrected for few origins."""
    count, near = len(totals), np.abs(months[:, None] - months) < longest
    h = min(longest * (count - 1) / (months[-1] - months[0]), count - 1.0)
    return _plain(totals, pairs, near.astype(float), (count + 1 - 2 * h + h * (h - 1) / count) / count)


def ours(totals: np.ndarray, pairs: np.ndarray, months: np.ndarray, longest: int) -> float:
    """The p value that the product prints."""
    return compare(totals, pairs, months, longest=longest).p_value


def _plain(totals: np.ndarray, pairs: np.ndarray, weights: np.ndarray, factor: float) -> float:
    mean = totals.sum() / pairs.sum()
    excess = totals - pairs * mean
    variance = excess @ weights @ excess
    if variance <= 0.0:  # flat weights may give a negative variance; the textbook falls back to none
        variance = excess @ excess
    statistic = mean * pairs.sum() * np.sqrt(factor / variance)
    return float(2.0 * student.sf(abs(statistic), len(totals) - 1))


TESTS: Final = {"ours": ours, "textbook": textbook, "naive": naive}


def rejections(since: str, bucket: tuple[int, int], repeat: int) -> Iterator[str]:
    """One line of the table a shape of the scores."""
    known = [o for o in origins(published_connections()) if str(o.month) >= since]
    held = [
        (o.month.ordinal, o.horizons[(o.horizons >= bucket[0]) & (o.horizons <= bucket[1])]) for o in known
    ]
    held = [(month, ahead) for month, ahead in held if len(ahead)]
    months = np.array([month for month, _ in held], dtype=float)
    pairs = np.array([len(ahead) for _, ahead in held], dtype=float)
    last = int(months[-1] - months[0]) + bucket[1] + 1
    for shape, score in SHAPES.items():
        walks = np.random.default_rng(1).standard_normal((repeat, last)).cumsum(axis=1)
        starts = (months - months[0]).astype(int)
        parts = zip(starts, (ahead for _, ahead in held), strict=True)
        totals = np.stack([score(walks[:, s + h] - walks[:, [s]], h).sum(axis=1) for s, h in parts], axis=1)
        shares = [
            np.mean([test(row, pairs, months, bucket[1]) < LEVEL for row in totals])
            for test in TESTS.values()
        ]
        cells = [
            f"{bucket[0]}-{bucket[1]} from {since}",
            shape,
            *(f"{100 * share:.0f} %" for share in shares),
        ]
        yield f"| {' | '.join(cells)} |"


def main() -> None:
    """Simulate, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeat", type=int, default=2000)
    repeat = parser.parse_args().repeat
    print(f"| horizons | scores | {' | '.join(TESTS)} |\n|---|---|---|---|---|")
    for since, buckets in (("2020-06", BUCKETS), ("2023-01", BUCKETS[:2])):
        for bucket in buckets:
            print("\n".join(rejections(since, bucket, repeat)), flush=True)


if __name__ == "__main__":
    main()

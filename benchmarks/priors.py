"""Where the growth models' priors come from: mobile subscriptions by country, China left out.

    python benchmarks/priors.py [--windows 150] [--seed 1]

Windows of 8 to 20 years of different countries are fitted together by maximum likelihood: growth's
rate, spread and shifts, and the means and deviations of its start and limit, on the level and on its
logarithm. Then each window alone, around the pooled fit, tells how much countries differ. The answer
is two tables in Markdown. The series that valuekit forecasts play no part.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import replace
from math import log
from typing import Final

import numpy as np
import pandas as pd
from scipy.optimize import minimize

import valuekit as vk
from valuekit.forecast.models.gaussian import on_scale
from valuekit.forecast.models.growth import PARAMETERS, Coefficients, Growth
from valuekit.forecast.series import Relative

LEFT_OUT: Final = ("chn", "hkg", "mac", "twn")
LEAST: Final = 2000.0
MEMBERS: Final = {
    "integrated_ou": Growth("integrated_ou", "pooled", False, Coefficients((0.5, 1.0), (0.1, 0.15), (0.09, 0.1)), ()),
    "log_integrated_ou": Growth("log_integrated_ou", "", True, Coefficients((-1.5, 1.5), (0.3, 0.3), (0.05, 0.1)), ()),
    "damped_trend": Growth(
        "damped_trend", "", True, Coefficients((-1.5, 1.5), (0.3, 0.3), (0.0, 0.0), tied=1.0), ()
    ),
}  # fmt: skip
START: Final = {"theta": 0.3, "spread": 0.08, "shift": 0.05}


def main() -> None:
    """Fit, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--windows", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    held = list(windows(given.windows, given.seed))
    print("| model | theta | spread | shift | start | limit | log theta | log spread | log shift |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name, member in MEMBERS.items():
        print(f"| {name} | {_row(member, held)} |")


def windows(count: int, seed: int) -> Iterator[Relative]:
    """One window each of `count` countries, 8 to 20 years long."""
    frame = vk.load_dataset("panels/cell_phones_total").rename(
        columns={"geo": "series", "time": "year", "cell_phones_total": "value"}
    )
    kept = frame[(frame["value"] >= LEAST) & ~frame["series"].isin(LEFT_OUT)]
    rng = np.random.default_rng(seed)
    groups = [group for _, group in kept.groupby("series") if len(group) >= 8]
    for i in rng.permutation(len(groups))[:count]:
        levels = groups[i]["value"].to_numpy(dtype=float)
        length = int(rng.integers(8, min(20, len(levels)) + 1))
        first = int(rng.integers(0, len(levels) - length + 1))
        years = groups[i]["year"].astype(int).to_numpy()[first : first + length].astype(float)
        cut = levels[first : first + length]
        yield Relative(years - years[0], cut / cut[-1], np.full(length, 1e-6))


def _row(member: Growth, held: list[Relative]) -> str:
    own = [on_scale(member, relative) for relative in held]
    tied = member.coefficients.limit[1] == 0.0

    def unpack(x: np.ndarray) -> tuple[Growth, dict[str, np.ndarray]]:
        limit = (0.0, 0.0) if tied else (x[5], float(np.exp(x[6])))
        found = replace(member.coefficients, start=(x[3], float(np.exp(x[4]))), limit=limit)
        return replace(member, coefficients=found), _scales(x)

    def loss(x: np.ndarray) -> float:
        model, scales = unpack(x)
        prior = 0.5 * float((((x[:3] - np.log(list(START.values()))) / 2.0) ** 2).sum())
        return prior - sum(float(model.log_likelihood(scales, relative)[0]) for relative in own)

    begin = [*np.log(list(START.values())), member.coefficients.start[0], log(0.2)]
    begin += [] if tied else [member.coefficients.limit[0], log(0.1)]
    best = _least(loss, np.array(begin))
    model, scales = unpack(best)
    single = np.array([_alone(model, relative, best[:3]) for relative in own])
    spread = np.quantile(single, [0.1, 0.5, 0.9], axis=0)
    cells = [f"{scales[name][0]:.3f}" for name in PARAMETERS]
    cells += [
        "N({:.3f}, {:.3f})".format(*pair) for pair in (model.coefficients.start, model.coefficients.limit)
    ]
    cells += [
        f"{np.exp(spread[1, i]):.3f} ({np.exp(spread[0, i]):.3f} to {np.exp(spread[2, i]):.3f}), sd {single[:, i].std():.2f}"
        for i in range(3)
    ]
    return " | ".join(cells)


def _alone(model: Growth, relative: Relative, centre: np.ndarray) -> np.ndarray:
    """Most probable log scales of one window; normal around the pooled fit with deviation 1."""

    def loss(x: np.ndarray) -> float:
        return 0.5 * float(((x - centre) ** 2).sum()) - float(model.log_likelihood(_scales(x), relative)[0])

    return _least(loss, centre)


def _least(loss: Callable[[np.ndarray], float], begin: np.ndarray) -> np.ndarray:
    return np.asarray(minimize(loss, begin, method="L-BFGS-B", options={"maxiter": 200}).x)


def _scales(x: np.ndarray) -> dict[str, np.ndarray]:
    return {name: np.exp(x[i : i + 1]) for i, name in enumerate(PARAMETERS)}


if __name__ == "__main__":
    main()

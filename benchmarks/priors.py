"""Where the growth models' priors come from: mobile subscriptions by country, China left out.

    python benchmarks/priors.py [--windows 150] [--seed 1]

Windows of 8 to 20 years of different countries are fitted together by maximum likelihood for the scales
of each model, whose marginalised coefficients are as shipped; then each window alone, around the pooled
fit, tells how much countries differ. The answer is a table in Markdown, and how often and how far
subscriptions fell. The series that valuekit forecasts play no part.
"""

import argparse
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
from scipy.optimize import minimize

import valuekit as vk
from valuekit.forecast.models import MODELS
from valuekit.forecast.models.gaussian import SampledModel, on_scale
from valuekit.forecast.series import Relative

LEFT_OUT: Final = ("chn", "hkg", "mac", "twn")
LEAST: Final = 2000.0
MEMBERS: Final = ("integrated_ou", "log_integrated_ou", "damped_trend")


def main() -> None:
    """Fit, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--windows", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    held = list(windows(given.windows, given.seed))
    print("| model | parameter | together | alone: 10 % | 50 % | 90 % | sd of the logarithm |")
    print("|---|---|---|---|---|---|---|")
    for name in MEMBERS:
        print("\n".join(_rows(MODELS[name], held)))
    print(_falls(held))


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


def _rows(model: SampledModel, held: list[Relative]) -> list[str]:
    own = [on_scale(model, relative) for relative in held]

    def together(x: np.ndarray) -> float:
        return -sum(float(model.log_likelihood(_scales(model, x), relative)[0]) for relative in own)

    pooled = _least(together, np.log(np.full(len(model.priors), 0.1)))
    single = np.array([_alone(model, relative, pooled) for relative in own])
    return [
        f"| {model.name} | {prior.parameter} | {np.exp(pooled[i]):.3f} | "
        + " | ".join(f"{value:.3f}" for value in np.exp(np.quantile(single[:, i], [0.1, 0.5, 0.9])))
        + f" | {single[:, i].std():.2f} |"
        for i, prior in enumerate(model.priors)
    ]


def _alone(model: SampledModel, relative: Relative, centre: np.ndarray) -> np.ndarray:
    """Most probable log scales of one window; normal around the pooled fit with deviation 1."""

    def loss(x: np.ndarray) -> float:
        fit = float(model.log_likelihood(_scales(model, x), relative)[0])
        return 0.5 * float(((x - centre) ** 2).sum()) - fit

    return _least(loss, centre)


def _falls(held: list[Relative]) -> str:
    """Yearly falls of over 1 % between two rises: what purges look like in the panel."""
    growth = [np.diff(np.log(relative.values)) for relative in held]
    inner = np.concatenate([g[1:-1] for g in growth])
    between = np.concatenate([(g[:-2] > 0) & (g[2:] > 0) for g in growth])
    falls = -inner[between & (inner < -0.01)]
    low, middle, high = np.quantile(falls, [0.1, 0.5, 0.9])
    fast = float((np.concatenate(growth) < 1.0).mean())
    return (
        f"\nYears with growth of the logarithm below 1: {fast:.1%}\n"
        f"\nFalls of over 1 % between two rises: {len(falls)} of {len(inner)} years; "
        f"median {middle:.3f}, 10 to 90 % {low:.3f} to {high:.3f}"
    )


def _least(loss: Callable[[np.ndarray], float], begin: np.ndarray) -> np.ndarray:
    return np.asarray(minimize(loss, begin, method="L-BFGS-B", options={"maxiter": 200}).x)


def _scales(model: SampledModel, x: np.ndarray) -> dict[str, np.ndarray]:
    return {prior.parameter: np.exp(x[i : i + 1]) for i, prior in enumerate(model.priors)}


if __name__ == "__main__":
    main()

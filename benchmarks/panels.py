"""Panels: scores by the protocol of the subscriptions panel, cost by the number of series, a large panel.

    python benchmarks/panels.py scores --data cell_phones_total.csv
    python benchmarks/panels.py cost --sizes 40,200,1000 --seeds 1,2,3
    python benchmarks/panels.py provinces

``scores`` needs the file of subscriptions by country and year (columns geo, time, cell_phones_total; see
docs/methods/panels.md for its source). The other two run on panels generated here: synthetic, and said
to be so. Peers are those that statsmodels and two lines of NumPy give; benchmarks/forecast.py has more.
"""

import argparse
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

FloatArray = NDArray[np.float64]

ORIGINS: Final = (2000, 2003, 2006, 2009, 2012, 2015, 2018)
SMALLEST, SHORTEST, LONGEST, AHEAD = 2000, 6, 20, 5
LEVELS: Final = np.array([0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975])
Peer = Callable[[FloatArray, int], tuple[FloatArray, FloatArray]]


@dataclass(frozen=True, slots=True)
class Task:
    """A history that ends at the origin, and the years after it (NaN where not published)."""

    series: str
    origin: int
    history: FloatArray
    future: FloatArray


def tasks(path: str, origins: tuple[int, ...] = ORIGINS) -> list[Task]:
    """The tasks of the protocol (shared with other tools: levels, origins, histories, horizons)."""
    given = pd.read_csv(path)
    given = given[given["cell_phones_total"] >= SMALLEST]
    found = []
    for name, held in given.groupby("geo"):
        known = dict(zip(held["time"], held["cell_phones_total"].astype(float), strict=True))
        for origin in origins:
            history = list(_backwards(known, origin))[::-1]
            future = np.array([known.get(origin + k, np.nan) for k in range(1, AHEAD + 1)])
            if len(history) >= SHORTEST and np.isfinite(future).any():
                found.append(Task(str(name), origin, np.array(history), future))
    return found


def _backwards(known: dict[int, float], origin: int) -> Iterator[float]:
    for year in range(origin, origin - LONGEST, -1):
        if year not in known:
            return
        yield known[year]


def score(task: Task, quantiles: FloatArray) -> tuple[float, float, float, float]:
    """WIS on values over the last one, WIS on logs, cover of 80 and 95 %; quantiles of shape (5, 9)."""
    given = np.isfinite(task.future)
    scaled = np.sort(quantiles, axis=1)[given] / task.history[-1]
    future = task.future[given] / task.history[-1]
    inside80 = (scaled[:, 2] <= future) & (future <= scaled[:, 6])
    inside95 = (scaled[:, 0] <= future) & (future <= scaled[:, 8])
    logs = _wis(np.log(future), np.log(np.maximum(scaled, 1e-3)))
    return _wis(future, scaled), logs, inside80.mean(), inside95.mean()


def _wis(observed: FloatArray, quantiles: FloatArray) -> float:
    error = observed[:, None] - quantiles
    return float(2.0 * np.maximum(LEVELS * error, (LEVELS - 1.0) * error).mean())


def drift(values: FloatArray, steps: int) -> tuple[FloatArray, FloatArray]:
    """Random walk with drift."""
    changes = np.diff(values)
    ahead = np.arange(1, steps + 1)
    deviation = changes.std(ddof=1) * np.sqrt(ahead * (1.0 + ahead / len(changes)))
    return values[-1] + changes.mean() * ahead, deviation


def theta(values: FloatArray, steps: int) -> tuple[FloatArray, FloatArray]:
    """Theta by statsmodels, with the variance of simple exponential smoothing."""
    from statsmodels.tsa.forecasting.theta import ThetaModel

    fitted = ThetaModel(values, period=1, deseasonalize=False).fit(disp=False)
    ahead = np.arange(steps)
    deviation = np.sqrt(fitted.sigma2 * (1.0 + ahead * fitted.params["alpha"] ** 2))
    return np.asarray(fitted.forecast(steps)), deviation


def damped(values: FloatArray, steps: int) -> tuple[FloatArray, FloatArray]:
    """Exponential smoothing with a damped trend, by statsmodels."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    fitted = ETSModel(pd.Series(values), error="add", trend="add", damped_trend=True).fit(disp=False)
    said = fitted.get_prediction(start=len(values), end=len(values) + steps - 1)
    return np.asarray(said.predicted_mean), np.sqrt(np.asarray(said.forecast_variance))


PEERS: Final[dict[str, Peer]] = {"drift": drift, "theta": theta, "ets_damped": damped}


def peer_quantiles(peer: Peer, history: FloatArray, *, logs: bool) -> FloatArray:
    """Nine quantiles of a peer, fitted to values over the last one, or to their logs."""
    scaled = history / history[-1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mean, deviation = peer(np.log(scaled) if logs else scaled, AHEAD)
        if not np.isfinite([mean, deviation]).all():
            mean, deviation = drift(np.log(scaled) if logs else scaled, AHEAD)
    quantiles = mean[:, None] + deviation[:, None] * norm.ppf(LEVELS)
    return history[-1] * (np.exp(np.minimum(quantiles, 50.0)) if logs else quantiles)


def panel_quantiles(held: list[Task], seed: int = 1) -> tuple[FloatArray, dict[str, float]]:
    """Our quantiles of the tasks of one origin, shape (task, 5, 9), and the chains' verdict."""
    import valuekit as vk

    rows = [
        (task.series, task.origin - len(task.history) + 1 + i, value)
        for task in held
        for i, value in enumerate(task.history)
    ]
    frame = pd.DataFrame(rows, columns=["series", "period", "value"])
    made = vk.forecast_panel(frame, horizon=AHEAD, levels="yearly", seed=seed)
    table = made.quantiles(LEVELS).to_numpy().reshape(len(made.panel.names), AHEAD, -1)
    at = {name: i for i, name in enumerate(made.panel.names)}
    return table[[at[task.series] for task in held]], made.facts


def scores(path: str, origins: tuple[int, ...]) -> None:
    """Print the table of the protocol."""
    found = tasks(path, origins)
    print(f"{len(found)} tasks, {len({task.series for task in found})} series")
    rows: dict[str, list[tuple[float, ...]]] = {"valuekit panel": []}
    for origin in origins:
        held = [task for task in found if task.origin == origin]
        began = time.process_time()
        table, facts = panel_quantiles(held)
        mine = [score(task, quantiles) for task, quantiles in zip(held, table, strict=True)]
        rows["valuekit panel"] += mine
        said = " ".join(f"{name}={value:.4g}" for name, value in facts.items())
        print(f"{origin}: {_summary(mine)}; {said}; {time.process_time() - began:.0f} CPU s", flush=True)
    print(f"all: {_summary(rows['valuekit panel'])}", flush=True)
    ordered = sorted(found, key=lambda task: task.origin)
    for name, peer in PEERS.items():
        for logs in (False, True):
            label = f"{name}, {'logs' if logs else 'raw'}"
            rows[label] = [score(task, peer_quantiles(peer, task.history, logs=logs)) for task in ordered]
    for label, held in rows.items():
        print(f"{label:20s} {_summary(held)}")


def _summary(rows: list[tuple[float, ...]]) -> str:
    held = np.array(rows)
    scaled, logs, inside80, inside95 = held.T
    return (
        f"scaled mean {scaled.mean():.4f} median {np.median(scaled):.4f}, logs mean {logs.mean():.4f},"
        f" cover 80 {inside80.mean():.3f} 95 {inside95.mean():.3f}"
    )


def synthetic(series: int, periods: int, *, per_year: int, seed: int = 1) -> pd.DataFrame:
    """A generated panel of S-curves with ragged starts, gaps and breaks. Not data."""
    rng = np.random.default_rng(seed)
    first = {1: "2000", 12: "2021-01"}[per_year]
    calendar = pd.period_range(first, periods=periods, freq={1: "Y", 12: "M"}[per_year]).astype(str)
    rows = []
    for i in range(series):
        years = np.arange(periods) / per_year
        speed, middle = rng.uniform(0.2, 0.7), rng.uniform(-2.0, 0.6) * periods / per_year
        shocks = np.cumsum(rng.normal(0.0, rng.lognormal(-3.5, 0.5) / np.sqrt(per_year), periods))
        breaks = np.cumsum((rng.random(periods) < 0.02) * rng.normal(-0.05, 0.1, periods))
        curve = -np.log1p(np.exp(-speed * (years - middle))) + shocks + breaks
        values = rng.lognormal(8.0, 1.5) * np.exp(curve)
        given = (np.arange(periods) >= rng.integers(0, max(1, periods // 3))) & (rng.random(periods) > 0.03)
        rows += [(f"s{i:04d}", calendar[t], values[t]) for t in np.flatnonzero(given)]
    return pd.DataFrame(rows, columns=["series", "period", "value"])


def cost(sizes: list[int], seeds: list[int]) -> None:
    """Print CPU seconds per effective draw by the number of series: medians over seeds, and their exponent.

    One seed is not enough: the worst effective size of twelve parameters and two tails is noisy, and some
    panels are harder than others of their size.
    """
    import valuekit as vk

    vk.forecast_panel(synthetic(5, 12, per_year=1), horizon=1, levels="yearly")
    medians = []
    for size in sizes:
        medians.append(float(np.median([_cost_of_a_draw(size, seed) for seed in seeds])))
        print(f"{size} series: median {1000 * medians[-1]:.1f} CPU ms a draw", flush=True)
    if len(sizes) > 1:
        slope = np.log(medians[-1] / medians[0]) / np.log(sizes[-1] / sizes[0])
        print(f"exponent from {sizes[0]} to {sizes[-1]} series, medians of {len(seeds)} seeds: {slope:.2f}")


def _cost_of_a_draw(size: int, seed: int) -> float:
    """CPU seconds an effective draw of one synthetic yearly panel, sampled with the panel's own seed."""
    import valuekit as vk

    frame = synthetic(size, 18, per_year=1, seed=seed)
    began = time.process_time()
    made = vk.forecast_panel(frame, horizon=5, levels="yearly", total="all", seed=seed, fresh=True)
    spent, facts = time.process_time() - began, made.facts
    worst = float(min(facts["ess_bulk"], facts["ess_tail"]))
    print(
        f"{size} series (synthetic), seed {seed}: {spent:.1f} CPU s, R-hat {facts['rhat']:.4f},"
        f" ESS {worst:.0f}, {1000 * spent / worst:.1f} CPU ms a draw, passed {made.diagnostics.passed}",
        flush=True,
    )
    return spent / worst


def provinces() -> None:
    """Print the time of 31 provinces x 4 technologies, monthly, five years (synthetic)."""
    import valuekit as vk

    frame = synthetic(31 * 4, 60, per_year=12)
    began, wall = time.process_time(), time.perf_counter()
    made = vk.forecast_panel(frame, horizon="2027-12", levels="monthly", total="all", fresh=True)
    made.fan()
    said = " ".join(f"{name}={value:.4g}" for name, value in made.facts.items())
    taken = time.perf_counter() - wall
    print(
        f"124 series x 60 months (synthetic), {len(made.periods)} months ahead: {taken:.0f} s wall,"
        f" {time.process_time() - began:.0f} CPU s; {said}; passed {made.diagnostics.passed}"
    )


def main() -> None:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=["scores", "cost", "provinces"])
    parser.add_argument("--data", default="cell_phones_total.csv")
    parser.add_argument("--sizes", default="40,200,1000")
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--origins", default=",".join(map(str, ORIGINS)))
    asked = parser.parse_args()
    if asked.what == "scores":
        scores(asked.data, tuple(int(origin) for origin in asked.origins.split(",")))
    elif asked.what == "cost":
        cost(*([int(given) for given in held.split(",")] for held in (asked.sizes, asked.seeds)))
    else:
        provinces()


if __name__ == "__main__":
    main()

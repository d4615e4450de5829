"""Prophet and statsforecast, run by a Python of their own: ``forecast_peers.py TASKS OUT NAMES``.

They pin other versions than valuekit does, so they live in an environment made from
``forecast-peers.lock`` and exchange JSON with ``forecast.py``. Each answers with the quantiles of schema FAN
at the horizons that are asked, as a user would get them with default settings; with the suffix ``_log``
the same on logarithms.
"""

import json
import logging
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

LEVELS = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)
CENTRAL = (95, 90, 80, 50)
DRAWS = 1000


def statsforecast(name: str, levels: np.ndarray, task: dict[str, Any]) -> np.ndarray:
    """AutoETS, AutoTheta or AutoCES without season: quantiles of every step, shape (step, 9)."""
    from statsforecast import models

    kinds = {"auto_ets": models.AutoETS, "auto_theta": models.AutoTheta, "auto_ces": models.AutoCES}
    model = kinds[name](season_length=1)
    found = model.forecast(y=levels, h=max(task["horizons"]), level=sorted(CENTRAL))
    low = [found[f"lo-{level}"] for level in CENTRAL]
    high = [found[f"hi-{level}"] for level in reversed(CENTRAL)]
    return np.stack([*low, found["mean"], *high], axis=1)


def prophet(levels: np.ndarray, task: dict[str, Any]) -> np.ndarray:
    """Prophet's linear trend without seasons: quantiles of its predictive draws, shape (step, 9)."""
    from prophet import Prophet

    monthly = task["season"] == 12
    first = "2018-09" if monthly else f"{int(task['origin']) - len(levels) + 1}-12"
    total = len(levels) + max(task["horizons"])
    dates = pd.date_range(first, periods=total, freq="MS" if monthly else pd.DateOffset(years=1))
    seasons = {f"{season}_seasonality": False for season in ("yearly", "weekly", "daily")}
    np.random.seed(1)  # noqa: NPY002 - what Prophet draws from
    model = Prophet(uncertainty_samples=DRAWS, **seasons)
    model.fit(pd.DataFrame({"ds": dates[: len(levels)], "y": levels}), seed=1)
    drawn = model.predictive_samples(pd.DataFrame({"ds": dates[len(levels) :]}))["yhat"]
    return np.quantile(drawn, LEVELS, axis=1).T


def quantiles(name: str, task: dict[str, Any]) -> list[list[float]]:
    """Quantiles at the horizons of a task, in the unit of its levels."""
    levels = np.array(task["levels"], dtype=np.float64)
    plain = name.removesuffix("_log")
    logs = plain != name
    # In units of the last level, so that no optimiser meets billions.
    seen = np.log(levels) if logs else levels / levels[-1]
    found = prophet(seen, task) if plain == "prophet" else statsforecast(plain, seen, task)
    asked = np.sort(found[np.array(task["horizons"]) - 1], axis=1)
    return (np.exp(np.minimum(asked, 700.0)) if logs else asked * levels[-1]).tolist()


def main(tasks: Path, out: Path, names: list[str]) -> None:
    """Forecast every task by every peer; what a peer cannot do is left out and counted."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    answers: dict[str, dict[str, list[list[float]]]] = {}
    for name in names:
        held, failed, began = {}, 0, time.process_time()
        for task in json.loads(tasks.read_text()):
            try:
                held[task["id"]] = quantiles(name, task)
            except Exception:  # noqa: BLE001 - whatever a peer raises is its answer
                failed += 1
        answers[name] = held
        spent = time.process_time() - began
        print(f"{name}: {len(held)} tasks, {failed} failed, {spent:.0f} CPU s", file=sys.stderr, flush=True)
    out.write_text(json.dumps(answers))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3].split(","))

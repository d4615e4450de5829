import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import valuekit as vk
from valuekit.frames.schemas import PANEL_FAN, PANEL_PARAMETERS

pytestmark = pytest.mark.slow


def months(seed: int = 4) -> pd.DataFrame:
    """Synthetic: six series over 30 months, starting late, with a gap, one ending early."""
    rng = np.random.default_rng(seed)
    calendar = pd.period_range("2023-01", periods=30, freq="M").astype(str)
    rows = []
    for i in range(6):
        values = 10.0 ** (i + 1) * np.exp(np.cumsum(rng.normal(0.02, 0.01, 30)))
        given = [t for t in range(i, 30 - 2 * (i == 5)) if t != 12]
        rows += [(f"p{i}", calendar[t], values[t]) for t in given]
    return pd.DataFrame(rows, columns=["series", "period", "value"])


@pytest.fixture(scope="module")
def made():
    return vk.forecast_panel(months(), horizon="2026-06", levels="monthly", total="all")


def test_parts_add_to_the_sum_in_every_draw(made):
    draws = made.draws
    assert draws.dims == ("draw", "series", "period")
    assert draws.sel(series="all").to_numpy() == pytest.approx(
        draws.isel(series=slice(0, 6)).sum("series").to_numpy()
    )
    grouped = made.sums({"p0": "small", "p1": "small", "p5": "large"})
    assert grouped.sel(series="small").to_numpy() == pytest.approx(
        draws.sel(series=["p0", "p1"]).sum("series").to_numpy()
    )
    assert list(draws["period"].to_numpy()[[0, -1]]) == ["2025-07", "2026-06"]


def test_the_fan_is_ordered_widens_and_contains_the_steady_course(made):
    fan = made.fan()
    assert list(fan.columns) == list(PANEL_FAN.names)
    assert (fan.iloc[:, 2:].diff(axis=1).iloc[:, 1:] >= 0).all().all()
    first, last = (fan[fan["period"] == period] for period in ("2025-07", "2026-06"))
    assert ((last["q90"] / last["q10"]).to_numpy() > (first["q90"] / first["q10"]).to_numpy()).all()
    given = months().set_index(["series", "period"])["value"]
    steady = given["p2", "2025-06"] * np.exp(0.02 * 12)
    row = last[last["series"] == "p2"].iloc[0]
    assert row["q025"] < steady < row["q975"]


def test_the_chains_converged_and_are_tabled(made):
    made.require_convergence()
    table = made.parameters
    assert list(table.columns) == list(PANEL_PARAMETERS.names)
    assert (table["low"] <= table["median"]).all()
    assert table["rhat"].dropna().max() < 1.01


def test_probabilities_count_draws_and_wrong_questions_are_refused(made):
    level = float(made.draws.sel(series="all", period="2026-06").median())
    assert made.probability("all", "2026-06", level) == pytest.approx(0.5, abs=0.01)
    for series, period in [("p9", "2026-06"), ("all", "2026-07"), ("all", "2025-06"), ("all", "soon")]:
        with pytest.raises(vk.InvalidInput, match="has no draws"):
            made.probability(series, period, 1.0)


def test_a_sum_named_like_a_part_is_refused():
    with pytest.raises(vk.InvalidInput, match="name the sum differently"):
        vk.forecast_panel(months(), horizon=3, total="p1")


def test_equal_seeds_give_equal_bits_with_cold_and_warm_caches_and_any_number_of_threads(tmp_path):
    code = (
        "import hashlib, numpy as np, pandas as pd\n"
        "from valuekit.forecast.panels.kernel import filtered, log_likelihood, simulate\n"
        "from valuekit.forecast.panels.parameters import LOCATION, SPREAD, natural\n"
        "from valuekit.forecast.panels.sampler import Proposal\n"
        "rng = np.random.default_rng(1)\n"
        "levels = np.cumsum(rng.normal(0.1, 0.1, (40, 12)), axis=1)\n"
        "p = natural(LOCATION + SPREAD * rng.standard_normal((300, 12)))\n"
        "held = filtered(levels, 1.0, p)\n"
        "paths = simulate(held, 1.0, p, normal=rng.standard_normal((300, 40, 3)), uniform=rng.random((300, 40, 3, 3)))\n"
        "t = Proposal.fitted(rng.standard_normal((3000, 12)))\n"
        "parts = [log_likelihood(levels, np.ones(12), 1.0, p), paths, t.log_density(t.draw(5000, rng))]\n"
        "print(hashlib.sha256(b''.join(part.tobytes() for part in parts)).hexdigest())\n"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PATH": "", "NUMBA_CACHE_DIR": str(tmp_path), "OPENBLAS_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2")
    ]
    assert said[0] == said[1]
    assert len(said[0]) == 65

import numpy as np
import pytest

from valuekit.forecast.panels.kept import chains_key, kept_chains
from valuekit.forecast.panels.parameters import LOCATION, NAMES, SPREAD
from valuekit.forecast.panels.posterior import Target


class Prior(Target):
    """A target that costs nothing: the prior alone."""

    def log_density(self, points):
        return -0.5 * (((points - LOCATION) / SPREAD) ** 2).sum(axis=1)


def prior(value: float = 0.0) -> Prior:
    return Prior(np.full((1, 3), value), np.ones(3), 1.0)


@pytest.fixture
def empty_store(tmp_path, monkeypatch):
    monkeypatch.setenv("VALUEKIT_CACHE", str(tmp_path))
    monkeypatch.delenv("VALUEKIT_FRESH", raising=False)


@pytest.mark.usefixtures("empty_store")
def test_a_second_run_of_a_panel_samples_nothing_and_gives_the_same_chains(capfd):
    first = kept_chains(prior(), 1, np.random.default_rng(1), fresh=False)
    assert "panel of 1 series: warming up" in capfd.readouterr().err
    again = kept_chains(prior(), 1, np.random.default_rng(1), fresh=False)
    assert capfd.readouterr().err == ""
    assert np.array_equal(first, again)
    asked = kept_chains(prior(), 1, np.random.default_rng(1), fresh=True)
    assert "block 1 of at most 5" in capfd.readouterr().err
    assert np.array_equal(first, asked)
    assert first.shape[2] == len(NAMES)


def test_another_panel_or_seed_is_another_key():
    keys = {chains_key(prior(value), seed) for value in (0.0, 0.5) for seed in (1, 2)}
    assert len(keys) == 4

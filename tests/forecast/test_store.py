import json

import numpy as np
import pytest

from valuekit.forecast.fits import FULL, REFIT, Fit
from valuekit.forecast.models import MODELS
from valuekit.forecast.sampling import open_store
from valuekit.forecast.store import Store
from valuekit.forecast.worker import run, sample_all


def fit(china, **changes) -> Fit:
    given = {"model": "random_walk", "label": "full", "relative": china.relative()}
    given |= {"years": np.array([7.5, 8.0]), "settings": REFIT, "seed": 1}
    return Fit(**(given | changes))


def test_a_fit_comes_back_as_it_was(tmp_path):
    store, paths = Store(tmp_path), np.array([[1.0, np.pi]])
    store.save("k", {"paths": paths}, {"rhat": 1.001})
    arrays, facts = store.load("k")
    assert np.array_equal(arrays["paths"], paths)
    assert facts == {"rhat": 1.001}


def test_equal_fits_are_equal_files(tmp_path):
    for name in ("a", "b"):
        Store(tmp_path).save(name, {"paths": np.arange(5.0)}, {"z": 1, "a": 2})
    assert (tmp_path / "a.fit").read_bytes() == (tmp_path / "b.fit").read_bytes()


@pytest.mark.parametrize("position", [0, 70, -1])
def test_a_changed_file_is_not_loaded(tmp_path, position):
    store = Store(tmp_path)
    store.save("k", {"paths": np.arange(5.0)}, {})
    content = bytearray(store.path("k").read_bytes())
    content[position] ^= 1
    store.path("k").write_bytes(content)
    assert not store.has("k")
    with pytest.raises(KeyError):
        store.load("k")


def test_half_a_file_counts_as_absent(tmp_path):
    store = Store(tmp_path)
    store.path("k").write_bytes(b"no line end")
    assert not store.has("k")
    assert not store.has("other")


def test_a_fit_survives_the_job_file(china):
    one = fit(china)
    again = Fit.from_dict(json.loads(json.dumps(one.as_dict())))
    assert again.key == one.key
    assert np.array_equal(again.relative.values, one.relative.values)


def test_the_key_names_everything_that_matters(china):
    changes = [
        {"seed": 2},
        {"model": "bass"},
        {"label": "origin 2023-06"},
        {"settings": FULL},
        {"years": np.array([7.5])},
        {"relative": china.without_last().relative()},
    ]
    keys = {fit(china, **change).key for change in [{}, *changes]}
    assert len(keys) == len(changes) + 1


def test_models_and_origins_draw_from_streams_of_their_own(china):
    seeds = {fit(china, model=m, label=o).seeds()[0] for m in MODELS for o in ("a", "b")}
    assert len(seeds) == 2 * len(MODELS)


def test_the_worker_keeps_what_a_fit_gives(china, tmp_path):
    one, job = fit(china), tmp_path / "job.json"
    job.write_text(json.dumps({"store": str(tmp_path), "fits": [one.as_dict()]}), encoding="utf-8")
    sample_all(job)
    kept, _ = Store(tmp_path).load(one.key)
    drawn, facts = run(one)
    assert np.array_equal(kept["paths"], drawn["paths"])
    assert kept["paths"].shape == (REFIT.count * REFIT.paths, 2)
    assert facts == {"floored": 0.0}


def test_a_fresh_store_is_empty_and_thrown_away(monkeypatch, cache):
    with open_store(fresh=True) as store:
        store.save("k", {"paths": np.ones(1)}, {})
        folder = store.root
    assert not folder.exists()
    monkeypatch.setenv("VALUEKIT_FRESH", "1")
    with open_store() as store:
        assert cache not in store.root.parents
    monkeypatch.setenv("VALUEKIT_FRESH", "0")
    with open_store() as store:
        assert cache in store.root.parents

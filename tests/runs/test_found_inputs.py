"""Inputs of a recorded run are found again by place, by name or by content; never by name alone."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from valuekit.errors import InvalidInput, RunFailed
from valuekit.runs.inputs.found_inputs import Found, Here, find_inputs
from valuekit.runs.inputs.inputs import InputRef, resolve_input
from valuekit.runs.reperformance.bench import _laid_out
from valuekit.runs.reperformance.recipe import Recipe, RecordedInput, Surroundings, version_words
from valuekit.runs.reperformance.stand_ins import VARIABLE, write_stand_ins

CONTENT = b"line_id,amount\na,1\n"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def recipe(**ref) -> Recipe:
    return Recipe(
        name="demo", run_id="r", template={"cells": []}, template_path="notebooks/demo.ipynb", template_digest="",
        language="en", seed=1, inputs={"ledger": RecordedInput(InputRef(**ref), DIGEST, len(CONTENT))},
        parameters={}, made=Surroundings({}, "", {}),
    )  # fmt: skip


@pytest.fixture
def here(tmp_path) -> Here:
    (tmp_path / "project").mkdir()
    return Here(tmp_path / "project", tmp_path / "snapshots")


@pytest.fixture
def archive(tmp_path) -> Path:
    """Another file of the recorded name, and the recorded content under another name."""
    folder = tmp_path / "archive"
    (folder / "2025").mkdir(parents=True)
    (folder / "ledger.csv").write_bytes(b"line_id,amount\na,2\n")
    (folder / "2025" / "copy of march").write_bytes(CONTENT)
    return folder


def test_the_recorded_place_comes_first(here):
    (here.folder / "ledger.csv").write_bytes(CONTENT)
    found = find_inputs(recipe(path="ledger.csv"), searched=None, here=here)
    assert found.placed == {"ledger.csv": here.folder / "ledger.csv"}
    assert found.digests() == {"ledger": DIGEST}


def test_content_counts_and_not_the_name(here, archive):
    found = find_inputs(recipe(path="data/ledger.csv"), searched=archive, here=here)
    assert found.placed == {"data/ledger.csv": archive / "2025" / "copy of march"}


def test_an_absolute_path_of_another_machine_has_a_stand_in(here, archive, tmp_path, monkeypatch):
    path = "/nowhere/of/theirs/ledger.csv"
    found = find_inputs(recipe(path=path), searched=archive, here=here)
    assert found.stand_ins == {path: archive / "2025" / "copy of march"}
    monkeypatch.setenv(VARIABLE, str(write_stand_ins(found.stand_ins, tmp_path / "stand_ins.json")))
    read = resolve_input("ledger", InputRef(path=path), where="here", folder=tmp_path)
    assert (read.origin, read.sha256) == (path, DIGEST)


def test_rows_of_a_database_go_by_their_digest(here, archive):
    given = recipe(path="postgresql://host/gl", table="lines")
    with pytest.raises(InvalidInput, match="is not here"):
        find_inputs(given, searched=None, here=here)
    found = find_inputs(given, searched=archive, here=here)
    assert found.cached == {f"snapshots/{DIGEST}.parquet": archive / "2025" / "copy of march"}


def test_a_data_set_of_another_version_has_a_stand_in(here, archive):
    found = find_inputs(recipe(dataset="china_unicom/ledger"), searched=archive, here=here)
    assert list(found.stand_ins) == ["dataset china_unicom/ledger"]
    with pytest.raises(InvalidInput, match="is another: sha256"):
        find_inputs(recipe(dataset="china_unicom/ledger"), searched=None, here=here)
    with pytest.raises(InvalidInput, match="is not here"):
        find_inputs(recipe(dataset="gone/ledger"), searched=None, here=here)


def test_everything_that_is_missing_is_named_at_once(here):
    given = recipe(path="ledger.csv")
    given = replace(
        given,
        inputs={**given.inputs, "rules": RecordedInput(InputRef(path="rules.yaml"), "0" * 64, 3)},
        parameters={"scopes": ["wide", "own/scope.yaml"]},
    )
    with pytest.raises(InvalidInput) as caught:
        find_inputs(given, searched=None, here=here)
    assert [finding.source for finding in caught.value.findings] == [
        "input 'ledger' (ledger.csv)", "input 'rules' (rules.yaml)", "parameter 'scopes' (own/scope.yaml)",
    ]  # fmt: skip


def test_a_file_that_only_a_parameter_names_is_reported_as_unrecorded(here):
    (here.folder / "ledger.csv").write_bytes(CONTENT)
    (here.folder / "scope.yaml").write_text("id: own\n", encoding="utf-8")
    given = replace(recipe(path="ledger.csv"), parameters={"scopes": ["scope.yaml"]})
    assert find_inputs(given, searched=None, here=here).unrecorded == ("scope.yaml",)


def test_paths_that_climb_stay_on_the_bench(here, tmp_path):
    (tmp_path / "ledger.csv").write_bytes(CONTENT)
    bench = tmp_path / "bench"
    bench.mkdir()
    placed = {
        "../../shared/ledger.csv": tmp_path / "ledger.csv",
        "own/../rules.yaml": tmp_path / "ledger.csv",
    }
    project = _laid_out(recipe(path="x"), Found({}, placed, {}, {}, ()), bench)
    for name in placed:
        assert (project / name).read_bytes() == CONTENT
        assert (project / name).absolute().is_relative_to(bench)
    assert not list(tmp_path.glob("shared"))


def test_a_template_cannot_be_laid_outside(here, tmp_path):
    given = replace(recipe(path="x"), template_path="../../../notebook.ipynb")
    (tmp_path / "bench").mkdir()
    with pytest.raises((InvalidInput, RunFailed), match="leads out of the folder"):
        _laid_out(given, Found({}, {}, {}, {}, ()), tmp_path / "bench")


def test_whoever_has_another_version_is_told_which_to_install():
    assert version_words(Surroundings({"valuekit": "9.9"}, "", {})).startswith(
        "The run was made by valuekit 9.9, this is "
    )

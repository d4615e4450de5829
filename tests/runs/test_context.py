"""What a notebook gets from ``start_run``, under ``valuekit run`` and by hand."""

import hashlib
from pathlib import Path

import pytest

from valuekit.errors import InvalidInput
from valuekit.runs.params.parameters import NOTEBOOKS
from valuekit.runs.publication.context import start_run

SERIES = "period,series,value\n2025-12,iot_connections,28.88\n"


@pytest.fixture
def series(project: Path) -> dict[str, dict[str, str]]:
    (project / "series.csv").write_text(SERIES, encoding="utf-8")
    return {"connections": {"path": "series.csv"}}


def test_typed_parameters_and_inputs(series):
    run = start_run(
        "connection_forecast", language="zh", seed=7, inputs=series, parameters={"horizon": "2030-12"}
    )
    assert (run.language, run.seed) == ("zh", 7)
    assert (run.parameters.horizon, run.parameters.threshold) == ("2030-12", 36.0)
    assert run.input("connections") == Path("series.csv")
    assert run.inputs["connections"].sha256 == hashlib.sha256(SERIES.encode()).hexdigest()


def test_keywords_say_the_same_as_a_mapping(series):
    one = start_run("connection_forecast", inputs=series, parameters={"horizon": "2030-12"})
    assert start_run("connection_forecast", inputs=series, horizon="2030-12").parameters == one.parameters


def test_lists_and_tuples_are_the_same(project):
    for name in ("ledger.csv", "rules.yaml"):
        (project / name).write_text("x", encoding="utf-8")
    inputs = {
        "ledger": {"path": "ledger.csv", "columns": {"amount": "金额"}},
        "rules": {"path": "rules.yaml"},
    }
    for scopes in (["wide"], ("wide",)):
        run = start_run("value_assessment", inputs=inputs, scopes=scopes)
        assert run.parameters.scopes == ("wide",)
    assert run.columns("ledger") == {"amount": "金额"}
    assert run.input("prices") is None
    assert run.columns("prices") == {}


def test_everything_wrong_is_said_at_once_and_located_in_the_cell(project):
    with pytest.raises(InvalidInput) as refused:
        start_run(
            "connection_forecast",
            language="cn",
            horizon="2027-13",
            hrizon="x",
            inputs={"conections": {"path": "no.csv"}},
        )
    told = str(refused.value)
    for words in (
        "parameters cell, key language: found 'cn'",
        "'2027-13' is not a month",
        "did you mean 'horizon'?",
        "reads no input 'conections'; did you mean 'connections'?",
        "the input 'connections' is missing",
    ):
        assert words in told


def test_an_unknown_input_is_named(series):
    run = start_run("connection_forecast", inputs=series)
    with pytest.raises(InvalidInput, match="did you mean 'connections'"):
        run.input("conections")


def test_a_notebook_of_ones_own_has_the_parameters_it_gives(project):
    run = start_run("my_notebook", months=["2025-01"], code="007")
    assert (run.parameters.months, run.parameters.code) == (("2025-01",), "007")


def test_large_artefacts_go_into_the_run(project, monkeypatch):
    monkeypatch.setenv("VALUEKIT_RUN_DIR", str(project / "made" / "aside"))
    assert start_run("my_notebook").out == project / "made" / "aside" / "tables"
    assert (project / "made" / "aside" / "tables").is_dir()


def test_by_hand_each_run_has_a_fresh_folder_made_when_it_is_asked_for(project):
    first, second = start_run("my_notebook"), start_run("my_notebook")
    assert not (project / "outputs").exists()
    assert first.out == first.out
    assert first.out.parents[1] == Path.cwd() / "outputs" / "interactive"
    assert first.out != second.out


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_defaults_of_every_model_are_themselves_allowed(name):
    NOTEBOOKS[name].parameters()

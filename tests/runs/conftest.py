"""A project in a temporary folder, with notebooks written by the test."""

import json
from pathlib import Path

import pytest

from valuekit.cli import main
from valuekit.report.drawing_service import drawing_service

TAGGED = ["parameters"]


def write_notebook(path: Path, parameters: str | None, *cells: str) -> Path:
    """Write a notebook of code cells; the first is the tagged parameters cell."""
    sources = [*([(parameters, TAGGED)] if parameters is not None else []), *((cell, []) for cell in cells)]
    notebook = {
        "cells": [
            {
                "cell_type": "code",
                "execution_count": None,
                "id": f"cell-{number}",
                "metadata": {"tags": tags},
                "outputs": [],
                "source": source,
            }
            for number, (source, tags) in enumerate(sources)
        ],
        "metadata": {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


PLAIN = 'language = "en"\nseed = 0\ninputs = {}\n'

# A page with one table, one figure with an interval, one chart: everything that verify holds together.
PAGE = """from valuekit.domain.figure import Figure
from valuekit.report.blocks import Chart, Headline, Method, Table, TableColumn, Title
columns = (
    TableColumn("currency", "Currency", "text"),
    TableColumn("period", "Period", "text"),
    TableColumn("ledger_minor", "Ledger (CNY)", "minor", currency="CNY"),
    TableColumn("difference_minor", "Difference (CNY)", "minor", currency="CNY"),
    TableColumn("probability", "Probability", "probability"),
    TableColumn("mcse", "Monte Carlo error", "number", decimals=4),
)
rows = (("CNY", "total", 123456, 0, 0.123, 0.01), ("CNY", "2025-01", 123456, 0, None, None))
Title(f"Demo {code}", "The answer is 12 %.", "2025-12", "wide@1", "value")"""
HEADLINE = """Headline(
    (
        Figure("revenue", "1234.56", "CNY", table="reconciliation", row="total", column="ledger_minor"),
        Figure("p", 0.123, "probability", low=0.1, high=0.2, interval="80 %",
               table="reconciliation", row="total", column="probability", tier="estimated"),
    ),
    {"revenue": "Revenue 收入", "p": "Probability"},
)"""
TABLE = 'Table("reconciliation", "Reconciliation", "CNY", "ledger", columns, ("total", "2025-01"), rows)'
CHART = """Chart("bars", "Bars", "unit", "source", "two bars", {
    "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
    "data": {"values": [{"a": "卡", "b": 1}, {"a": "B", "b": 2}]},
    "mark": "bar",
    "encoding": {"x": {"field": "a", "type": "nominal"}, "y": {"field": "b", "type": "quantitative"}},
})"""
METHOD = 'Method(("one line",), ("a limit",), ("R-hat 1.00",))'
START = 'import valuekit as vk\nrun = vk.start_run("demo", language=language, seed=seed, inputs=inputs, code=code)'


@pytest.fixture(scope="session", autouse=True)
def drawing():
    """One process that draws for all runs of all tests: it takes three seconds to start."""
    with drawing_service():
        yield


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, which is the current folder."""
    for name in ("params", "notebooks"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VALUEKIT_RUN_DIR", raising=False)
    return tmp_path


@pytest.fixture(scope="session")
def notebook():
    """The function that writes a notebook: path, parameters cell (None for none), further cells."""
    return write_notebook


@pytest.fixture(scope="session")
def plain():
    """The names that every parameters cell has."""
    return PLAIN


@pytest.fixture(scope="session")
def demo():
    """The function that writes a whole project into a folder and returns its params file."""
    return write_demo


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]):
    """The command line: arguments in; exit code, stdout and stderr out."""

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("sys.argv", ["valuekit", *arguments])
            patch.setattr("signal.signal", lambda *_: None)  # the handler is for a process of its own
            with pytest.raises(SystemExit) as ended:
                main()
        told = capfd.readouterr()
        return int(ended.value.code), told.out, told.err

    return call


def write_demo(folder: Path) -> Path:
    """Write the demo notebook, its ledger and params; return the params file."""
    write_notebook(
        folder / "notebooks" / "demo.ipynb",
        PLAIN + 'code = "001"',
        START,
        PAGE,
        HEADLINE,
        TABLE,
        CHART,
        METHOD,
    )
    (folder / "ledger.csv").write_text(
        "line_id,amount,currency\na,1000.00,CNY\nb,234.56,CNY\n", encoding="utf-8"
    )
    params = folder / "params" / "demo.yaml"
    params.parent.mkdir(exist_ok=True)
    params.write_text(
        'notebook: demo\nlanguage: en\ninputs:\n  ledger: {path: ledger.csv}\nparameters:\n  code: "007"\n',
        encoding="utf-8",
    )
    return params

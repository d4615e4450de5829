"""The notebook templates: they call valuekit and explain; they hold no logic and no outputs."""

import ast
import json
from itertools import pairwise
from pathlib import Path

import pytest

import valuekit as vk

TEMPLATES = sorted(Path(__file__).parents[1].joinpath("notebooks").glob("*.ipynb"))
LOGIC = (
    ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.If, ast.IfExp, ast.BinOp,
    ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp, ast.Try, ast.With,
)  # fmt: skip


def cells(path: Path, kind: str) -> list[dict]:
    return [c for c in json.loads(path.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == kind]


def tags(cell: dict) -> list[str]:
    return cell["metadata"].get("tags", [])


def test_there_is_a_template_for_each_topic():
    assert [p.stem for p in TEMPLATES] == [
        "connection_forecast",
        "forecast_quality",
        "published_accounts",
        "target_attainment",
        "value_assessment",
    ]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.stem)
def test_a_template_holds_no_logic_no_arithmetic_and_no_outputs(path):
    for cell in cells(path, "code"):
        found = [
            type(n).__name__ for n in ast.walk(ast.parse("".join(cell["source"]))) if isinstance(n, LOGIC)
        ]
        assert not found
        assert cell["outputs"] == []
        assert cell["execution_count"] is None


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.stem)
def test_a_template_imports_only_the_public_names(path):
    source = "\n".join("".join(cell["source"]) for cell in cells(path, "code"))
    imports = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Import | ast.ImportFrom)]
    assert [ast.unparse(n) for n in imports] == ["import valuekit as vk"]
    assert "vk._" not in source


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.stem)
def test_a_template_has_one_tagged_parameters_cell_of_plain_values(path):
    (parameters,) = [c for c in cells(path, "code") if "parameters" in tags(c)]
    for statement in ast.parse("".join(parameters["source"])).body:
        assert isinstance(statement, ast.Assign)
        ast.literal_eval(statement.value)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.stem)
def test_the_parameters_cell_names_what_the_run_reads_and_nothing_else(path, monkeypatch):
    """A template opened by hand starts as it is."""
    monkeypatch.chdir(TEMPLATES[0].parents[1])
    (cell,) = [c for c in cells(path, "code") if "parameters" in tags(c)]
    assigned = ast.parse("".join(cell["source"])).body
    values = {statement.targets[0].id: ast.literal_eval(statement.value) for statement in assigned}
    run = vk.start_run(path.stem, **values)
    own = set(values) - {"language", "seed", "inputs"}
    assert own <= set(type(run.parameters).model_fields)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.stem)
def test_prose_stands_in_both_languages_side_by_side(path):
    prose = [tags(c) for c in cells(path, "markdown")]
    assert all(t in (["en"], ["zh"]) for t in prose)
    assert all(pair == (["en"], ["zh"]) for pair in list(pairwise(prose))[::2])
    assert len(prose) % 2 == 0


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.stem)
def test_cell_ids_are_unique_so_that_runs_can_be_compared(path):
    ids = [c["id"] for c in json.loads(path.read_text(encoding="utf-8"))["cells"]]
    assert len(set(ids)) == len(ids)

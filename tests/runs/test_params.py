"""What a right params file becomes; and laws of writing values down and reading them back."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuekit.runs.execution.injection import (
    injected_values,
    parameters_source,
    python_literal,
    with_parameters,
)
from valuekit.runs.execution.template import read_template
from valuekit.runs.params.document import read_document
from valuekit.runs.params.params import check_params
from valuekit.runs.params.yaml_text import yaml_text
from valuekit.runs.publication.writing import write_text
from valuekit.runs.record.identity import run_digest

CELL = 'language = "en"\nseed = 0\ninputs = {}\ncode = "001"\ncount = 3\nrate: float = 1\nnames = ["a"]\nlater = None\nhere, there = 1, 2\n'

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@pytest.fixture
def theirs(project: Path, notebook) -> Path:
    notebook(project / "notebooks" / "theirs.ipynb", CELL, "1")
    path = project / "params" / "mine.yaml"
    path.write_text('notebook: theirs\nseed: 7\nparameters:\n  code: "007"\n', encoding="utf-8")
    return path


def test_defaults_come_from_the_parameters_cell(theirs):
    """Typed by their literals and simple annotations; tuples on one line are seen, too."""
    params = check_params(theirs)
    assert params.injected() == {
        "language": "en", "seed": 7, "inputs": {}, "code": "007", "count": 3, "rate": 1,
        "names": ["a"], "later": None, "here": 1, "there": 2,
    }  # fmt: skip


def test_words_that_yaml_1_1_would_change_stay_text(theirs):
    theirs.write_text(
        "notebook: theirs\nparameters:\n  code: NO\n  names: [yes, on, 2027-12, '010']\n", encoding="utf-8"
    )
    injected = check_params(theirs).injected()
    assert (injected["code"], injected["names"]) == ("NO", ["yes", "on", "2027-12", "010"])


@pytest.mark.parametrize(
    ("override", "name", "value"),
    [
        ("code=007", "code", "007"),
        ("code=null", "code", "null"),
        ("code=", "code", ""),
        ("code=a=b", "code", "a=b"),
        ("count=007", "count", 7),
        ("rate=1e3", "rate", 1000.0),
        ("names=[x, y]", "names", ["x", "y"]),
        ("names=", "names", []),
        ("later={a: [1, b]}", "later", {"a": [1, "b"]}),
        ("seed=9", "seed", 9),
        ("language=zh", "language", "zh"),
        ("parameters.count=5", "count", 5),
    ],
)
def test_overrides_are_read_by_the_type_of_their_parameter(theirs, override, name, value):
    assert check_params(theirs, [override]).injected()[name] == value


def test_an_override_of_an_input_replaces_its_source(project, notebook, plain):
    notebook(project / "notebooks" / "reads.ipynb", plain, "1")
    (project / "a.csv").write_text("x\n1\n", encoding="utf-8")
    (project / "params" / "p.yaml").write_text(
        f"notebook: reads\ninputs: {{x: {{dataset: china_mobile_iot/connections, sha256: {'a' * 64}}}}}\n",
        encoding="utf-8",
    )
    (given_input,) = check_params(project / "params" / "p.yaml", ["inputs.x.path=a.csv"]).inputs
    assert (given_input.origin, given_input.path) == ("a.csv", Path("a.csv"))


def test_the_digest_of_a_run_depends_on_all_that_matters_and_on_nothing_else(theirs, project):
    digest = run_digest(check_params(theirs))
    copy = project / "params" / "renamed.yaml"
    copy.write_text('parameters: {code: "007", count: 3}\nseed: 7\nnotebook: theirs\n', encoding="utf-8")
    assert run_digest(check_params(copy)) == digest
    assert run_digest(check_params(theirs, ["seed=8"])) != digest
    assert run_digest(check_params(theirs, ["count=4"])) != digest
    text = json.loads((project / "notebooks" / "theirs.ipynb").read_text())
    text["cells"][1]["source"] = "2"
    (project / "notebooks" / "theirs.ipynb").write_text(json.dumps(text), encoding="utf-8")
    assert run_digest(check_params(theirs)) != digest


def test_an_injected_cell_of_an_earlier_run_is_replaced(project, notebook):
    path = notebook(project / "notebooks" / "used.ipynb", CELL, "1")
    first = with_parameters(read_template(Path("notebooks/used.ipynb"), folder=project), {"code": "1"})
    path.write_text(json.dumps(first), encoding="utf-8")
    second = with_parameters(read_template(Path("notebooks/used.ipynb"), folder=project), {"code": "2"})
    assert [cell["id"] for cell in second["cells"]] == ["cell-0", "injected-parameters", "cell-1"]
    assert injected_values(second) == {"code": "2"}


@given(values)
def test_what_is_written_as_python_reads_back_equal(value):
    assert ast.literal_eval(python_literal(value)) == value


@given(st.dictionaries(st.from_regex(r"[a-z_]{3,8}x", fullmatch=True), values, max_size=4))
def test_injected_parameters_read_back_equal(parameters):
    cell = {"metadata": {"tags": ["injected-parameters"]}, "source": parameters_source(parameters)}
    assert injected_values({"cells": [cell]}) == parameters


@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1),
        values,
        min_size=1,
        max_size=4,
    )
)
def test_params_as_used_read_back_equal(tmp_path_factory, used):
    path = tmp_path_factory.mktemp("used") / "params.yaml"
    write_text(yaml_text(used), path)
    assert read_document(path).values == used


def test_hidden_characters_are_spelled_out():
    """A reader sees a right-to-left override and a no-break space, not what they do."""
    assert python_literal("a\u202eb\u00a0c") == '"a\\u202eb\\xa0c"'


def test_a_value_that_is_no_parameter_is_refused():
    with pytest.raises(TypeError, match="a parameter cannot be"):
        python_literal(object())


def test_checking_starts_no_kernel_and_loads_nothing_heavy(theirs):
    """Under a second comes from what is not imported."""
    code = (
        "import sys; from pathlib import Path; from valuekit.runs.params.checking import check_each; check_each([(Path('params/mine.yaml'), ())]); "
        "print([m for m in ('papermill', 'pandas', 'polars', 'numpy', 'pymc', 'altair', 'jupyter_client') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("module", ["valuekit.runs.verification.verify", "valuekit.cli"])
def test_verify_and_help_load_nothing_heavy(module):
    code = f"import sys; import {module}; print([m for m in ('pydantic', 'papermill', 'pandas', 'polars', 'numpy', 'rich', 'vl_convert') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"

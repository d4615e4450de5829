"""Every wrong params file ends in exit 2, with a message that names the mend, and leaves nothing behind."""

import json
from pathlib import Path

import pytest

from valuekit.runs.params.parameters import NOTEBOOKS

SERIES = "period,series,value_1e8\n" + "".join(
    f"2025-{month:02d},iot_connections,{26 + month / 4}\n" for month in range(3, 13)
)
LEDGER = "line_id,contract_id,period,product_code,amount,currency\n1,C1,2025-01,SIM,10.00,CNY\n"
RULES = (
    "taxonomy: t\nversion: '1'\nrules:\n"
    "  - {id: r1, priority: 1, match: {product_code: SIM}, carrier: card, treatment: gross, evidence: direct, reason: sim}\n"
)
FORECAST = (
    "notebook: connection_forecast\nseed: 1\ninputs:\n  connections: {path: data/series.csv}\nparameters:\n"
)
VALUE = "notebook: value_assessment\ninputs:\n  ledger: {path: data/ledger.csv}\n  rules: {path: data/rules.yaml}\nparameters:\n"

ACCOUNTS = VALUE.replace("value_assessment", "published_accounts").replace(
    "parameters:", "  connections: {path: data/series.csv}\nparameters:"
)
ATTAINMENT = FORECAST.replace("connection_forecast", "target_attainment").replace(
    "parameters:",
    "  areas: {path: data/series.csv}\n  targets: {path: data/series.csv}\nparameters:",
)


@pytest.fixture
def shop(project: Path, notebook, plain) -> Path:
    """A project with our four notebooks and one of somebody else's."""
    for name, spec in NOTEBOOKS.items():
        fields = spec.parameters.model_fields
        cell = plain + "".join(f"{key} = {field.default!r}\n" for key, field in fields.items())
        notebook(project / "notebooks" / f"{name}.ipynb", cell, "1")
    notebook(
        project / "notebooks" / "theirs.ipynb", 'code = "001"\ncount = 3\nrate: float = 1\nnames = []', "1"
    )
    notebook(project / "notebooks" / "untagged.ipynb", None, "x = 1")
    notebook(project / "notebooks" / "broken_cell.ipynb", "x = (", "1")
    (project / "notebooks" / "not_json.ipynb").write_text("{", encoding="utf-8")
    r = json.loads((project / "notebooks" / "theirs.ipynb").read_text())
    r["metadata"]["kernelspec"]["language"] = "R"
    (project / "notebooks" / "in_r.ipynb").write_text(json.dumps(r), encoding="utf-8")
    (project / "notebooks" / "old.ipynb").write_text(
        json.dumps({"nbformat": 3, "worksheets": []}), encoding="utf-8"
    )
    r = json.loads((project / "notebooks" / "theirs.ipynb").read_text())
    r["cells"].append(r["cells"][0])
    (project / "notebooks" / "two_tags.ipynb").write_text(json.dumps(r), encoding="utf-8")
    (project / "data").mkdir()
    for name, text in (("series.csv", SERIES), ("ledger.csv", LEDGER), ("rules.yaml", RULES)):
        (project / "data" / name).write_text(text, encoding="utf-8")
    return project


# What stands in the file, and what the message must say: place, what was found, what to do.
WRONG = {
    "unknown key": (
        "notebook: theirs\nlangauge: zh\n",
        ["line 2", "unknown key 'langauge'", "did you mean 'language'?"],
    ),
    "unknown parameter": (
        FORECAST + "  horzion: 2027-12\n",
        ["line 6", "parameters.horzion", "did you mean 'horizon'?"],
    ),
    "unknown parameter of their notebook": (
        "notebook: theirs\nparameters: {cod: x}\n",
        ["did you mean 'code'?", "allowed: code, count, rate, names"],
    ),
    "key twice": ("notebook: theirs\nseed: 1\nseed: 2\n", ["line 3", "'seed' stands twice", "keep one"]),
    "parameter twice": (FORECAST + "  series: a\n  series: b\n", ["line 7", "stands twice"]),
    "not YAML": ("notebook: [theirs\n", ["line", "not YAML"]),
    "tab": ("notebook: theirs\nparameters:\n\tcode: x\n", ["line 3", "not YAML"]),
    "empty": ("", ["is empty"]),
    "comments only": ("# nothing here\n", ["is empty"]),
    "a list": ("- notebook: theirs\n", ["a list", "begin with a line such as"]),
    "a word": ("theirs\n", ["'theirs'", "begin with a line such as"]),
    "no notebook": ("seed: 1\n", ["'notebook' is missing"]),
    "missing notebook": (
        "notebook: conection_forecast\n",
        ["there is no notebook", "did you mean 'connection_forecast'?"],
    ),
    "missing notebook path": (
        "notebook: other/x.ipynb\n",
        ["there is no notebook other/x.ipynb", "allowed:"],
    ),
    "notebook without the tag": (
        "notebook: untagged\n",
        ["no code cell tagged 'parameters'", "add the cell tag"],
    ),
    "notebook with two tagged cells": (
        "notebook: two_tags\n",
        ["2 cells tagged", "keep the tag on one cell"],
    ),
    "notebook not JSON": ("notebook: not_json\n", ["is not a notebook", "save it again"]),
    "notebook of format 3": ("notebook: old\n", ["not a notebook of format 4"]),
    "notebook in R": ("notebook: in_r\n", ["written for 'R'", "Python"]),
    "parameters cell not Python": ("notebook: broken_cell\n", ["parameters cell, line 1", "not Python"]),
    "language": ("notebook: theirs\nlanguage: cn\n", ["key language", "found 'cn'", "allowed: en, zh"]),
    "seed negative": (
        "notebook: theirs\nseed: -1\n",
        ["line 2, key seed", "-1", "greater than or equal to 0"],
    ),
    "seed as text": ("notebook: theirs\nseed: 'seven'\n", ["key seed", "the text 'seven'", "a whole number"]),
    "seed fractional": ("notebook: theirs\nseed: 1.5\n", ["key seed", "1.5", "a whole number"]),
    "seed as switch": ("notebook: theirs\nseed: true\n", ["key seed", "true", "a whole number"]),
    "code without quotes": (
        "notebook: theirs\nparameters: {code: 007}\n",
        ["the number 007", "write it in quotes: '007'"],
    ),
    "count fractional": ("notebook: theirs\nparameters: {count: 2.5}\n", ["2.5", "a whole number"]),
    "rate not finite": ("notebook: theirs\nparameters: {rate: .nan}\n", ["a finite number"]),
    "list wanted": ("notebook: theirs\nparameters: {names: Beijing}\n", ["a list, such as [Beijing]"]),
    "parameters a list": ("notebook: theirs\nparameters: [code]\n", ["key parameters", "keys with values"]),
    "bad month": (
        FORECAST + "  horizon: 2027-13\n",
        ["line 6", "'2027-13' is not a month", "such as 2027-12"],
    ),
    "month as date": (
        FORECAST + "  horizon: 2027-12-31\n",
        ["'2027-12-31' is not a month", "such as 2027-12"],
    ),
    "month as number": (FORECAST + "  horizon: 202712\n", ["202712", "allowed: text"]),
    "horizon before the data": (
        FORECAST + "  horizon: 2025-12\n",
        ["does not lie after the last month of the data, 2025-12"],
    ),
    "threshold zero": (FORECAST + "  threshold: 0\n", ["key parameters.threshold", "greater than 0"]),
    "series not in the file": (
        FORECAST + "  series: iot_conections\n",
        ["no series 'iot_conections'", "did you mean 'iot_connections'?"],
    ),
    "input missing": (
        "notebook: connection_forecast\n",
        ["the input 'connections' is missing", "{path: FILE}"],
    ),
    "input unknown": (
        FORECAST.replace("connections:", "conections:"),
        ["reads no input 'conections'", "did you mean 'connections'?"],
    ),
    "input file missing": (
        FORECAST.replace("series.csv", "serie.csv"),
        ["there is no file data/serie.csv", "did you mean 'series.csv'?"],
    ),
    "input a folder": (FORECAST.replace("/series.csv", ""), ["data is a folder", "name a file"]),
    "input without source": (
        "notebook: connection_forecast\ninputs: {connections: {}}\n",
        ["neither path nor dataset", "{path: FILE}"],
    ),
    "input with two sources": (
        "notebook: connection_forecast\ninputs: {connections: {path: data/series.csv, dataset: x}}\n",
        ["both path and dataset"],
    ),
    "input as text": (
        "notebook: connection_forecast\ninputs: {connections: data/series.csv}\n",
        ["inputs.connections", "keys with values"],
    ),
    "input with unknown key": (
        FORECAST.replace("path:", "file:"),
        ["unknown key 'file'", "allowed: path, dataset, sha256, columns"],
    ),
    "dataset unknown": (
        "notebook: connection_forecast\ninputs: {connections: {dataset: china_mobile_iot/connection}}\n",
        ["china_mobile_iot/connection", "did you mean 'china_mobile_iot/connections'?"],
    ),
    "digest malformed": (
        FORECAST.replace("series.csv}", "series.csv, sha256: abc}"),
        ["inputs.connections.sha256"],
    ),
    "digest of other content": (
        FORECAST.replace("series.csv}", f"series.csv, sha256: {'a' * 64}}}"),
        ["has changed", "restore the file"],
    ),
    "inputs for a notebook without": (
        "notebook: theirs\ninputs: {x: {path: data/series.csv}}\n",
        ["takes no inputs", "add a line 'inputs = {}'"],
    ),
    "column of months missing": (
        FORECAST.replace("series.csv}", "rules.yaml}").replace("rules.yaml", "ledger2.csv"),
        ["there is no file data/ledger2.csv"],
    ),
    "scope unknown": (
        VALUE + "  scopes: [wide, componet]\n",
        ["parameters.scopes[1]", "did you mean 'component'?"],
    ),
    "month of the accounts wrong": (
        ACCOUNTS + "  headline_period: 2022\n",
        ["parameters.headline_period", "2022", "allowed: text"],
    ),
    "count of areas zero": (
        ATTAINMENT + "  area_counts: [0, 3]\n",
        ["parameters.area_counts[0]", "greater than or equal to 1"],
    ),
    "share above one": (VALUE + "  unattributed_banner_share: 5\n", ["less than or equal to 1"]),
    "switch as word": (VALUE + "  synthetic: yes\n", ["the text 'yes'", "true or false"]),
}


@pytest.mark.parametrize(
    ("content", "wanted"), [pytest.param(*case, id=name) for name, case in WRONG.items()]
)
def test_wrong_params_end_in_exit_2_and_leave_nothing(shop, command, content, wanted):
    (shop / "params" / "mine.yaml").write_text(content, encoding="utf-8")
    code, out, err = command("run", "params/mine.yaml")
    assert code == 2
    assert out == ""
    for words in wanted:
        assert words in err
    assert not (shop / "outputs").exists()


def test_the_right_files_beside_the_wrong_ones_pass(shop, command):
    (shop / "params" / "forecast.yaml").write_text(FORECAST + "  horizon: 2030-12\n", encoding="utf-8")
    (shop / "params" / "value.yaml").write_text(VALUE + "  synthetic: true\n", encoding="utf-8")
    code, out, err = command("check")
    assert (code, err) == (0, "")
    assert out == "params/forecast.yaml: ok\nparams/value.yaml: ok\n"


def test_everything_wrong_is_said_at_once(shop, command):
    (shop / "params" / "a.yaml").write_text(
        FORECAST + "  horizon: 2027-13\n  threshold: -1\nsed: 1\n", encoding="utf-8"
    )
    (shop / "params" / "b.yaml").write_text("notebook: nowhere\n", encoding="utf-8")
    code, _, err = command("check", "params/a.yaml", "params/b.yaml")
    assert code == 2
    assert [
        words in err for words in ("2027-13", "parameters.threshold", "'sed'", "notebooks/nowhere.ipynb")
    ] == [True] * 4


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        (["params/none.yaml"], "there is no such file"),
        (["params"], "is a folder"),
        (["params/utf16.yaml"], "not UTF-8"),
        (["params/.yaml"], "cannot name a run"),
    ],
)
def test_files_that_are_no_params_files(shop, command, files, wanted):
    (shop / "params" / "utf16.yaml").write_text("notebook: theirs", encoding="utf-16")
    (shop / "params" / ".yaml").write_text("notebook: theirs", encoding="utf-8")
    code, _, err = command("run", *files)
    assert code == 2
    assert wanted in err
    assert not (shop / "outputs").exists()


def test_a_folder_without_params_says_so(project, command):
    code, _, err = command("run")
    assert code == 2
    assert "holds no params files" in err


@pytest.mark.parametrize(
    ("override", "wanted"),
    [
        ("horizon", "is not KEY=VALUE"),
        ("=2027-12", "is not KEY=VALUE"),
        ("horizon=2027-13", "with -p horizon=2027-13"),
        ("hrizon=2027-12", "did you mean 'horizon'?"),
        ("langage=zh", "did you mean 'language'?"),
        ("language=cn", "allowed: en, zh"),
        ("seed=x", "a whole number"),
        ("inputs.connections.path=nowhere.csv", "there is no file nowhere.csv"),
        ("inputs.conections.path=data/series.csv", "did you mean 'connections'?"),
        ("threshold=many", "a number"),
    ],
)
def test_wrong_overrides_are_named_as_typed(shop, command, override, wanted):
    (shop / "params" / "f.yaml").write_text(FORECAST + "  series: iot_connections\n", encoding="utf-8")
    code, _, err = command("run", "params/f.yaml", "-p", override)
    assert code == 2
    assert wanted in err
    assert not (shop / "outputs").exists()


WRONG_INPUTS = {
    "ledger without amounts": ("ledger.csv", LEDGER.replace("amount", "amonut"), ["ledger.csv", "amount"]),
    "ledger with a bad amount": (
        "ledger.csv",
        LEDGER.replace("10.00", "10.005"),
        ["row 2", "amount", "10.005"],
    ),
    "ledger with a bad month": (
        "ledger.csv",
        LEDGER.replace("2025-01", "2025-1"),
        ["row 2", "period", "2025-1"],
    ),
    "ledger with a line twice": ("ledger.csv", LEDGER + "1,C1,2025-01,SIM,10.00,CNY\n", ["line_id"]),
    "ledger with no lines": ("ledger.csv", LEDGER.splitlines()[0] + "\n", ["no lines"]),
    "ledger not UTF-8": ("ledger.csv", LEDGER.replace("SIM", "卡").encode("utf-16"), ["ledger.csv"]),
    "rules with an unknown carrier": (
        "rules.yaml",
        RULES.replace("carrier: card", "carrier: crd"),
        ["rules.yaml, line 4", "crd"],
    ),
    "rules with an unknown key": (
        "rules.yaml",
        RULES.replace("priority", "prioritee"),
        ["rules.yaml, line 4", "prioritee"],
    ),
    "rules without rules": ("rules.yaml", "taxonomy: t\nversion: '1'\n", ["rules"]),
    "rules that stand twice": ("rules.yaml", RULES + RULES.splitlines()[-1] + "\n", ["r1"]),
}


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in WRONG_INPUTS.items()])
@pytest.mark.parametrize("way", ["run", "attribute"])
def test_wrong_ledgers_and_rule_books_end_in_exit_2(shop, command, case, way):
    name, content, wanted = case
    raw = content if isinstance(content, bytes) else content.encode("utf-8")
    (shop / "data" / name).write_bytes(raw)
    (shop / "params" / "v.yaml").write_text(VALUE + "  synthetic: true\n", encoding="utf-8")
    arguments = (
        ["run", "params/v.yaml"]
        if way == "run"
        else ["attribute", "data/ledger.csv", "--rules", "data/rules.yaml", "--out", "outputs/a"]
    )
    code, _, err = command(*arguments)
    assert code == 2
    for words in wanted:
        assert words in err
    assert not (shop / "outputs").exists()

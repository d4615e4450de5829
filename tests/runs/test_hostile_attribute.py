"""`valuekit attribute` on wrong and hostile ledgers: where, what, what to do; nothing is written; memory is bounded."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runs import hostile_ledgers
from tests.runs.hostile_ledgers import REFUSED, SUCCEEDS

ROOT = Path(__file__).parents[2]
RULES = """taxonomy: t
version: "1"
rules:
  - {id: all, match: {product_code: "*"}, carrier: card, pool: true, reason: all of it}
"""
ARGUMENTS = ("attribute", "ledger", "--rules", "rules.yaml")


def written(folder, files):
    (folder / "ledger").mkdir()
    for name, content in files.items():
        (folder / "ledger" / name).write_bytes(content)
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    return folder


def names(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_with_its_place_and_mend_and_nothing_is_written(project, command, case):
    files, said = REFUSED[case]
    before = names(written(project, files))
    code, out, err = command(*ARGUMENTS, "--out", "deep/out", "--excel", "book.xlsx")
    assert (code, out) == (2, ""), err
    assert err.startswith("wrong input, nothing was started:\n")
    assert len(err) < 10_000
    for fragment in said:
        assert fragment in err
    for finding in err.splitlines()[1:]:
        assert ": " in finding, "where"
        assert "; " in finding, "what to do"
    assert names(project) == before


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--engine", "abacus"], "--engine"),
        (["--workers", "0"], "--workers"),
        (["--workers", "-1"], "--workers"),
        (["--workers", "two"], "--workers"),
        (["--memory", "0"], "64MiB is the least"),
        (["--on-conflict", "ignore"], "--on-conflict"),
    ],
)
def test_wrong_options_are_refused(project, command, options, said):
    before = names(written(project, SUCCEEDS["one line"][0]))
    code, out, err = command(*ARGUMENTS, "--out", "out", *options)
    assert (code, out) == (2, "")
    assert said in err
    assert names(project) == before


@pytest.mark.parametrize("case", SUCCEEDS)
def test_what_is_unusual_and_right_is_attributed(project, command, case):
    files, total = SUCCEEDS[case]
    written(project, files)
    code, _, err = command(*ARGUMENTS, "--out", "out")
    assert code == 0, err
    with (project / "out" / "reconciliation.csv").open(encoding="utf-8", newline="") as stream:
        last = list(csv.DictReader(stream))[-1]
    assert (last["period"], last["ledger"], last["difference"]) == ("total", total, "0.00")


def test_currencies_that_mix_in_a_contract_are_named_with_their_money(project, command):
    written(project, SUCCEEDS["two currencies in a contract"][0])
    assert command(*ARGUMENTS, "--out", "out")[0] == 0
    with (project / "out" / "exceptions.csv").open(encoding="utf-8", newline="") as stream:
        found = [row for row in csv.DictReader(stream) if row["kind"] == "mixed_currencies"]
    assert [(row["currency"], row["lines"], row["amount"]) for row in found] == [
        ("CNY", "1", "1.00"),
        ("USD", "1", "1.00"),
    ]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_refusal_leaves_an_earlier_result_alone(project, command, workers):
    written(project, SUCCEEDS["one line"][0])
    assert command(*ARGUMENTS, "--out", "out")[0] == 0
    kept = {path: path.read_bytes() for path in (project / "out").rglob("*") if path.is_file()}
    (project / "ledger" / "z.csv").write_bytes(hostile_ledgers.text("1,,2025-01,SIM,x,CNY"))
    assert command(*ARGUMENTS, "--out", "out", "--workers", workers)[0] == 2
    assert {path: path.read_bytes() for path in (project / "out").rglob("*") if path.is_file()} == kept


# Every ledger through one process after the other, which tells its exit codes and its peak memory.
CHILD = """
import contextlib, io, json, os, sys
from pathlib import Path
from valuekit.cli import main

def attributed(folder):
    os.chdir(folder)
    sys.argv = ["valuekit", "attribute", "ledger", "--rules", "rules.yaml", "--out", "out"]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            main()
        except SystemExit as ended:
            return ended.code

def peak():
    # Of this process alone: what getrusage tells begins with the parent's.
    (line,) = [line for line in open("/proc/self/status") if line.startswith("VmHWM")]
    return int(line.split()[1]) // 1024

found = []
for folder in sys.argv[1:]:
    code = attributed(folder)
    found.append((code, peak()))
print(json.dumps(found))
"""


@pytest.mark.slow
def test_memory_is_bounded_whatever_is_wrong(tmp_path):
    """A usual ledger first, whose peak is what any run needs; all others together add little to it."""
    every = [SUCCEEDS["one line"], *(REFUSED[case] for case in REFUSED)]
    folders = []
    for number, (files, _) in enumerate(every):
        (tmp_path / f"{number}").mkdir()
        folders.append(str(written(tmp_path / f"{number}", files)))
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *folders],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    (first, usual), *others = json.loads(done.stdout)
    assert first == 0
    assert [code for code, _ in others] == [2] * len(REFUSED)
    peaks = dict(zip(REFUSED, (peak for _, peak in others), strict=True))
    assert max(peaks.values()) < usual + 250, (usual, peaks)

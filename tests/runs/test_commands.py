"""The small commands, and what the terminal shows."""

import io
import sys

import pytest

from valuekit.runs.publication.progress import shown
from valuekit.runs.publication.steps import Step

LEDGER = (
    "line_id,contract_id,period,product_code,amount,currency\n"
    "1,,2025-01,SIM,10.00,CNY\n2,,2025-01,007,5.50,CNY\n3,,2025-02,XYZ,1.25,CNY\n4,,2025-02,SIM,-2.00,CNY\n"
)
RULES = """taxonomy: t
version: "1"
rules:
  - {id: sim, priority: 1, match: {product_code: SIM}, carrier: card, treatment: gross, evidence: direct, reason: a card}
  - {id: box, priority: 1, match: {product_code: "007"}, carrier: terminal, treatment: gross, evidence: direct, reason: a box}
"""


def test_attribute_prints_and_keeps_statement_reconciliation_and_exceptions(project, command):
    """
    SIM  10.00 - 2.00  card
    007   5.50         terminal
    XYZ   1.25         no rule: unattributed
    """
    (project / "ledger.csv").write_text(LEDGER, encoding="utf-8")
    (project / "rules.yaml").write_text(RULES, encoding="utf-8")
    code, out, err = command("attribute", "ledger.csv", "--rules", "rules.yaml", "--out", "attributed")
    assert code == 0, err
    statement, _, rest = out.partition("reconciliation")
    reconciliation, _, exceptions = rest.partition("exceptions")
    assert [
        line.split()[1:3] + line.split()[-1:] for line in statement.splitlines() if " direct " in line
    ] == [
        ["card", "direct", "8.00"],
        ["terminal", "direct", "5.50"],
    ]
    (total,) = (line.split() for line in reconciliation.splitlines() if " total " in line)
    assert total == ["CNY", "total", "14.75", "0.00", "13.50", "0.00", "0.00", "1.25", "0.00"]
    assert "unmatched" in exceptions
    assert "XYZ" in exceptions
    kept = (project / "attributed" / "reconciliation.csv").read_text(encoding="utf-8")
    assert "CNY,total,14.75,0.00,13.50,0.00,0.00,1.25,0.00" in kept
    assert not (project / "outputs").exists()


def test_an_unknown_scope_is_wrong_use(project, command):
    (project / "ledger.csv").write_text(LEDGER, encoding="utf-8")
    (project / "rules.yaml").write_text(RULES, encoding="utf-8")
    code, _, err = command("attribute", "ledger.csv", "--rules", "rules.yaml", "--scope", "wied")
    assert code == 2
    assert "wied" in err


def test_datasets_are_listed_and_described(command):
    code, out, _ = command("datasets")
    assert code == 0
    assert "2018-09 to 2025-12, 90 rows, 51 months missing, 1 rows not used by default" in out
    assert "none of them a January" in out
    assert "SYNTHETIC: two years of an invented operator's revenue ledger" in out
    code, out, _ = command("datasets", "china_mobile_iot/connections", "--language", "zh")
    assert code == 0
    assert "title: 中国移动物联网" in out
    code, _, err = command("datasets", "china_mobile_iot/conections")
    assert code == 2
    assert "did you mean 'china_mobile_iot/connections'" in err


def test_version_names_what_is_computed_with(command):
    code, out, _ = command("version")
    assert code == 0
    assert {line.split()[0] for line in out.splitlines()} >= {
        "python",
        "valuekit",
        "polars",
        "pymc",
        "papermill",
    }


@pytest.mark.parametrize(
    "arguments",
    [["rnu"], ["run", "--workers", "0"], ["run", "--timeout", "0"], ["verify"], ["attribute", "x.csv"]],
)
def test_wrong_use_exits_2_and_points_to_help(command, arguments):
    code, _, err = command(*arguments)
    assert code == 2
    assert "--help" in err


@pytest.mark.parametrize(
    "name", ["run", "check", "verify", "runs", "show", "datasets", "attribute", "version"]
)
def test_every_command_explains_itself(command, name):
    code, out, _ = command(name, "--help")
    assert code == 0
    assert out.startswith(f"Usage: valuekit {name}")


def test_no_runs_yet_is_said(project, command):
    code, out, err = command("runs")
    assert (code, out) == (0, "")
    assert "no runs below outputs/ yet" in err


def test_a_terminal_gets_bars(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with shown(["one", "two"]) as watch:
        watch(Step("one", "cell 2 of 3", 1, 4))
        watch(Step("one", "published", ended=True))
    written = terminal.getvalue()
    assert "published" in written
    assert "two" in written
    assert "waiting" in written

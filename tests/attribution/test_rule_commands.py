"""`valuekit rules check` and `valuekit rules explain`: what they print, and their exit codes."""

import json

import pytest

from valuekit.cli import cli
from valuekit.errors import InvalidInput, RunFailed

BOOK = """\
taxonomy: demo
version: "1"
rules:
  - {id: cards, match: {product_code: "SIM*"}, carrier: card, reason: connectivity}
  - {id: devices, match: {product_code: {from: TERM-1, to: TERM-9}, 渠道: 线上}, carrier: terminal, reason: 终端}
"""
LEDGER = """\
line_id,contract_id,period,product_code,金额,currency,channel
L1,C1,2025-01,SIM-01,10.00,CNY,线上
L2,C1,2025-02,TERM-1,300.00,CNY,线上
L3,C1,2025-02,TERM-1,-1.05,CNY,门店
"""
COLUMNS = ["--column", "amount=金额", "--column", "渠道=channel"]


@pytest.fixture
def files(tmp_path):
    (tmp_path / "rules.yaml").write_text(BOOK, encoding="utf-8")
    (tmp_path / "ledger.csv").write_text(LEDGER, encoding="utf-8")
    return tmp_path


def run(capsys, *arguments, fails=None):
    if fails is None:
        cli.main(["rules", *map(str, arguments)], standalone_mode=False)
    else:
        with pytest.raises(fails) as refused:
            cli.main(["rules", *map(str, arguments)], standalone_mode=False)
        assert refused.value.exit_code == {RunFailed: 1, InvalidInput: 2}[fails]
    return capsys.readouterr().out


def test_a_book_that_leaves_lines_unattributed_fails_with_their_money(capsys, files):
    out = run(
        capsys, "check", files / "rules.yaml", "--ledger", files / "ledger.csv", *COLUMNS, fails=RunFailed
    )
    assert out == (
        "demo@1: 2 rules, 3 ledger lines with 3 distinct keys\n"
        "unmatched: no rule matches product 'TERM-1' in 2025-02\n"
        "    1 line, CNY -1.05, such as product_code=TERM-1, service_period=2025-02, 渠道=门店\n"
    )


def test_a_clean_book_passes(capsys, files):
    assert run(capsys, "check", files / "rules.yaml", *COLUMNS) == "demo@1: 2 rules\nnothing found\n"


def test_rules_without_effect_fail_only_if_asked_to(capsys, files):
    (files / "more.yaml").write_text(
        BOOK
        + "  - {id: rest, match: {product_code: '*'}, priority: -1, carrier: card, reason: r}\n  - {id: none, match: {product_code: sim-01}, carrier: card, reason: r}\n",
        encoding="utf-8",
    )
    arguments = ["check", files / "more.yaml", "--ledger", files / "ledger.csv", *COLUMNS]
    assert "never matches none: no product_code of the ledger matches sim-01; the ledger has 'SIM-01'" in run(
        capsys, *arguments
    )
    run(capsys, *arguments, "--strict", fails=RunFailed)


def test_findings_are_told_as_json(capsys, files):
    out = run(
        capsys,
        "check",
        files / "rules.yaml",
        "--ledger",
        files / "ledger.csv",
        *COLUMNS,
        "--json",
        fails=RunFailed,
    )
    told = json.loads(out)
    assert told["book"] == "demo@1"
    assert len(told["sha256"]) == 64
    (finding,) = told["findings"]
    assert (
        finding["kind"],
        finding["rule_id"],
        finding["lines"],
        finding["amount_minor"],
        finding["currency"],
    ) == ("unmatched", None, 1, -105, "CNY")


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "none.yaml"],
        ["check", "rules.yaml"],  # 渠道 is no column until it is mapped
        ["check", "rules.yaml", "--ledger", "none.csv", *COLUMNS],
        ["check", "rules.yaml", "--ledger", "ledger.csv", "--column", "渠道=channel"],
        ["check", "ledger.csv"],
        ["explain", "rules.yaml", *COLUMNS],
        ["explain", "rules.yaml", "--line", "L1", *COLUMNS],
        ["explain", "rules.yaml", "--ledger", "ledger.csv", "--line", "L9", *COLUMNS],
        ["explain", "rules.yaml", "--key", "product_code=A", *COLUMNS],
        ["explain", "rules.yaml", "--key", "product_kode=A,service_period=2025-01", *COLUMNS],
        ["explain", "rules.yaml", "--key", "nothing", *COLUMNS],
    ],
)
def test_wrong_input_is_refused(capsys, files, monkeypatch, arguments):
    monkeypatch.chdir(files)
    assert run(capsys, *arguments, fails=InvalidInput) == ""


def test_a_line_is_explained(capsys, files):
    out = run(
        capsys, "explain", files / "rules.yaml", "--ledger", files / "ledger.csv", "--line", "L2", *COLUMNS
    )
    assert out.startswith(
        "The key product_code TERM-1, service_period 2025-02, 渠道 线上 is terminal (gross) by rule devices of demo@1"
    )


def test_a_key_is_explained_as_json(capsys, files):
    out = run(
        capsys,
        "explain",
        files / "rules.yaml",
        "--key",
        "product_code=TERM-1,service_period=2025-02",
        "--key",
        "渠道=门店, 二楼",
        "--json",
        *COLUMNS,
    )
    told = json.loads(out)
    assert told["key"] == {"product_code": "TERM-1", "service_period": "2025-02", "渠道": "门店, 二楼"}
    assert (told["status"], told["rule"], told["misses"][0]["rule"]) == ("unmatched", None, "devices")

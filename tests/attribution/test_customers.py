"""Customers are grouped and matched under pseudonyms, wherever the ledger is attributed."""

import polars as pl
import pytest

import valuekit as vk
from valuekit.frames.pseudonyms import pseudonyms

SALT = "3c" * 32
CUSTOMERS = ("CUST-ZEBRA-0001", "客户斑马甲")
LEDGER = f"""line_id,contract_id,period,product_code,amount,currency,customer_id
1,,2025-01,SIM,10.00,CNY,{CUSTOMERS[0]}
2,,2025-01,SIM,5.50,CNY,{CUSTOMERS[1]}
3,,2025-02,SIM,-2.00,CNY,{CUSTOMERS[0]}
4,,2025-02,SIM,1.00,CNY,
"""
RULES = """taxonomy: t
version: "1"
rules:
  - {id: sim, priority: 1, match: {product_code: SIM}, carrier: card, reason: a card}
  - {id: own, priority: 2, match: {customer_id: PSEUDONYM}, carrier: out_of_scope, reason: our own use}
"""


@pytest.fixture
def hidden(tmp_path, monkeypatch):
    """
    customer 1   10.00 - 2.00
    customer 2    5.50         by a rule on its pseudonym
    none          1.00
    """
    monkeypatch.setenv("VALUEKIT_SALT", SALT)
    of = pseudonyms().of
    (tmp_path / "ledger.csv").write_text(LEDGER, encoding="utf-8")
    (tmp_path / "rules.yaml").write_text(RULES.replace("PSEUDONYM", of(CUSTOMERS[1])), encoding="utf-8")
    return of


@pytest.mark.parametrize("workers", [1, 2])
def test_a_statement_by_customer_shows_pseudonyms(tmp_path, hidden, workers):
    attributed = vk.attribute(
        tmp_path / "ledger.csv",
        tmp_path / "rules.yaml",
        by="customer_id",
        out=tmp_path / "out",
        workers=workers,
    )
    statement = attributed.statement(None, by="customer_id")
    amounts = {
        (row["customer_id"] if isinstance(row["customer_id"], str) else None, row["carrier"]): row[
            "amount_minor"
        ]
        for row in statement.to_dict("records")
    }
    assert amounts == {
        (hidden(CUSTOMERS[0]), "card"): 800,
        (hidden(CUSTOMERS[1]), "out_of_scope"): 550,
        (None, "card"): 100,
    }
    for path in (path for path in (tmp_path / "out").rglob("*") if path.is_file()):
        content = path.read_bytes()
        if path.suffix == ".parquet":
            content += str(pl.read_parquet(path, hive_partitioning=False).rows()).encode()
        assert not [name for name in CUSTOMERS if name.encode() in content], path.name


def test_a_line_is_traced_by_the_rule_on_its_pseudonym_and_names_no_customer(tmp_path, hidden):
    attributed = vk.attribute(tmp_path / "ledger.csv", tmp_path / "rules.yaml")
    told = attributed.trace("2")
    assert told["rule"]["id"] == "own"
    assert not [name for name in CUSTOMERS if name in str(told)]
    assert hidden(CUSTOMERS[1]) not in str(told["line"])


def test_the_tables_of_a_ledger_in_memory_name_no_customer(tmp_path, hidden):
    ledger = vk.read_ledger(tmp_path / "ledger.csv")
    attributed = vk.attribute(ledger, tmp_path / "rules.yaml", by="customer_id")
    assert not [name for name in CUSTOMERS if name in attributed.statement(None, by="customer_id").to_csv()]

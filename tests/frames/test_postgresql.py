"""A ledger in a real PostgreSQL server is read to the cent, once, without its secrets; or it is refused."""

from decimal import Decimal

import pytest

import valuekit as vk
from valuekit.frames.opening import open_ledger
from valuekit.frames.postgresql import named_without_secrets

pytestmark = pytest.mark.slow

LINES = """
CREATE TABLE 明细 (
  行号 text, 合同 varchar(20), 账期 char(7), 产品 text, 金额 numeric(20,2), 币种 char(3), 数量 numeric(12,3), 渠道 text
);
INSERT INTO 明细 VALUES
  ('0001', '007', '2025-01', '010', 90071992547409.93, 'CNY', 3.000, '网厅'),
  ('0002', NULL, '2025-02', '011', -0.01, 'CNY', 1.000, NULL),
  ('0003', 'C', '2025-02', '011', 0.10, 'CNY', 1.000, E'a\\nb');
"""
COLUMNS = {
    "line_id": "行号",
    "contract_id": "合同",
    "period": "账期",
    "product_code": "产品",
    "amount": "金额",
    "currency": "币种",
    "quantity": "数量",
    "channel": "渠道",
}


@pytest.fixture(scope="module")
def gl(postgresql):
    postgresql.run(LINES)
    return postgresql


def test_a_table_is_read_to_the_cent(gl):
    """2^53 + 1 cents: no binary fraction holds it."""
    ledger = vk.read_ledger(gl.uri, table="明细", columns=COLUMNS)
    assert ledger.frame["amount_minor"].to_list() == [9007199254740993, -1, 10]
    assert ledger.frame["line_id"].to_list() == ["0001", "0002", "0003"]
    assert ledger.frame["contract_id"].to_list() == ["007", None, "C"]
    assert ledger.frame["quantity"].to_list() == [3, 1, 1]
    assert ledger.frame["channel"].to_list() == ["网厅", None, "a\nb"]
    (control,) = ledger.controls
    assert (control.path, control.rows) == ("postgresql:///gl, table 明细", 3)


def test_a_query_is_read_in_pieces_and_equals_the_table(gl):
    query = "SELECT * FROM 明细 ORDER BY 行号"
    source = open_ledger(gl.uri, query=query, columns=COLUMNS)
    pieces = source.pieces(2)
    frames = [batch.frame for piece in pieces for batch in source.lines(piece, 2)]
    assert sum(frame.height for frame in frames) == 3
    assert sum(frame["amount_minor"].sum() for frame in frames) == 9007199254741002


def test_what_is_read_stays_as_it_was_when_the_table_changes(gl):
    gl.run("CREATE TABLE moving AS SELECT * FROM 明细")
    source = open_ledger(gl.uri, table="public.moving", columns=COLUMNS)
    digest = source.parts[0].digest()
    gl.run("DELETE FROM moving")
    (batch,) = source.lines(source.parts[0], 100)
    assert batch.frame.height == 3
    assert source.parts[0].digest() == digest


def test_a_hundred_thousand_lines_come_in_batches(gl):
    query = """
      SELECT 'L' || i AS line_id, NULL::text AS contract_id, '2025-01' AS period, 'A' AS product_code,
             (i / 100.0)::numeric(20,2) AS amount, 'CNY' AS currency
      FROM generate_series(1, 100000) AS i
    """
    ledger = vk.read_ledger(gl.uri, query=query)
    assert ledger.frame.height == 100_000
    assert ledger.totals() == {"CNY": sum(range(100_001))}


WRONG = {
    "no such table": ({"table": "nothing"}, ['relation "nothing" does not exist', "correct the address"]),
    "not a table name": ({"table": "a; DROP TABLE b"}, ["is no name of a table", "schema.table"]),
    "neither": ({}, ["neither or both of table and query"]),
    "both": ({"table": "t", "query": "SELECT 1"}, ["neither or both"]),
    "broken query": ({"query": "SELEC 1"}, ["syntax error"]),
    "writes": ({"query": "INSERT INTO 明细 (行号) VALUES ('x') RETURNING *"}, ["read-only transaction"]),
    "binary fractions": (
        {
            "query": "SELECT '1' line_id, '' contract_id, '2025-01' period, 'A' product_code, 0.1::float8 amount, 'CNY' currency"
        },
        ["column amount: amounts are binary fractions"],
    ),
    "numbers for identifiers": (
        {
            "query": "SELECT 1 line_id, '' contract_id, '2025-01' period, 'A' product_code, 0.1 amount, 'CNY' currency"
        },
        ["column line_id: holds Int32, not text: leading zeros may be lost"],
    ),
    "no number": (
        {
            "query": "SELECT '1' line_id, '' contract_id, '2025-01' period, 'A' product_code, 'NaN'::numeric amount, 'CNY' currency"
        },
        ["row 1, column amount", "is not an amount"],
    ),
    "finer than a cent": (
        {
            "query": "SELECT '1' line_id, '' contract_id, '2025-01' period, 'A' product_code, 0.105 amount, 'CNY' currency"
        },
        ["row 1, column amount: 0.105 is finer"],
    ),
    "dates for months": (
        {
            "query": "SELECT '1' line_id, '' contract_id, DATE '2025-01-01' period, 'A' product_code, 1.0 amount, 'CNY' currency"
        },
        ["column period: holds Date, not months as text", "write YYYY-MM"],
    ),
    "no rows": (
        {
            "query": "SELECT ''::text line_id, '' contract_id, '' period, '' product_code, 1.0 amount, '' currency WHERE false"
        },
        ["a header and no lines"],
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_a_database_cannot_give_is_refused_with_its_mend(gl, case):
    given, expected = WRONG[case]
    with pytest.raises(vk.InvalidInput) as refused:
        vk.read_ledger(gl.uri, **given)
    for fragment in expected:
        assert fragment in str(refused.value)
    assert "postgresql:///gl" in str(refused.value)


def test_no_password_is_named(gl):
    ledger = vk.read_ledger(gl.uri_with_password, table="明细", columns=COLUMNS)
    assert ledger.controls[0].path == f"postgresql://127.0.0.1:{gl.port}/gl, table 明细"
    wrong = gl.uri_with_password.replace(gl.password, "another-secret")
    with pytest.raises(vk.InvalidInput) as refused:
        vk.read_ledger(wrong, table="明细")
    assert "password authentication failed" in str(refused.value)
    assert "another-secret" not in str(refused.value)


def test_a_server_that_is_not_there_is_said(gl):
    uri = f"postgresql:///gl?host={gl.folder}&port=1"
    with pytest.raises(vk.InvalidInput, match="correct the address"):
        vk.read_ledger(uri, table="t")


def test_a_query_belongs_to_a_database(tmp_path):
    with pytest.raises(vk.InvalidInput, match="belong to a database"):
        vk.read_ledger(tmp_path, query="SELECT 1")


def test_amounts_are_those_that_the_database_adds_up(gl):
    ledger = vk.read_ledger(gl.uri, table="明细", columns=COLUMNS)
    assert Decimal(ledger.totals()["CNY"]) / 100 == Decimal("90071992547410.02")


def test_a_uri_is_named_without_user_and_password():
    assert named_without_secrets("postgres://u:p%40ss@h/db?password=x") == "postgres://h/db"

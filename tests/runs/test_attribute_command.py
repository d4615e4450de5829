"""`valuekit attribute`: what is wrong is said before anything starts; what comes out can be read and opened."""

import csv
import inspect
import io
import json
import sys

import openpyxl
import polars as pl
import pytest

from valuekit.attribution import engine
from valuekit.attribution.progress import Progress, Stage
from valuekit.cli.watching import Lines, watched
from valuekit.errors import InvalidInput
from valuekit.frames.pseudonyms import pseudonyms

LEDGER = """line_id,contract_id,period,product_code,amount,currency,province
1,,2025-01,SIM,10.00,CNY,北京
2,,2025-01,007,5.50,CNY,=A1
3,,2025-02,=XYZ,1.25,CNY,北京
4,,2025-02,SIM,-2.00,CNY,=A1
"""
RULES = """taxonomy: t
version: "1"
rules:
  - {id: sim, priority: 1, match: {product_code: SIM}, carrier: card, reason: a card}
  - {id: box, priority: 1, match: {product_code: "007"}, carrier: terminal, reason: a box}
"""


@pytest.fixture
def ledger(project):
    """
    SIM   10.00 - 2.00  card
    007    5.50         terminal
    =XYZ   1.25         no rule: unattributed
    """
    (project / "ledger.csv").write_text(LEDGER, encoding="utf-8")
    (project / "rules.yaml").write_text(RULES, encoding="utf-8")
    return project


def rows(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


# --- wrong use -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--rules", "none.yaml"], "--rules: no such file: none.yaml"),
        (["--prices", "none.csv"], "--prices: no such file: none.csv"),
        (["--claims", "none.csv"], "--claims: no such file: none.csv"),
        (["--master", "spark://h:7077"], "--master: only Spark has a master; add --engine spark"),
        (["--table", "gl"], "--table: is for a ledger in PostgreSQL"),
        (["--query", "select 1"], "--query: is for a ledger in PostgreSQL"),
        (["--sheet", "明细"], "--sheet: is for a ledger in an Excel file"),
        (["--out", "ledger.csv"], "--out: ledger.csv is a file; name a folder"),
        (["--excel", "a.csv"], "--excel: a.csv is no workbook; let its name end in .xlsx"),
        (["--scope", "wied"], "scope 'wied': no such scope or file"),
        (["--memory", "much"], "'much' is not a size: write 2GiB or 512MiB"),
        (["--memory", "10MiB"], "'10MiB' is too little: 64MiB is the least"),
        (["--column", "amount"], "'amount' maps nothing: write OURS=THEIRS, such as amount=金额"),
        (["--column", "amount=a", "--column", "amount=b"], "'amount' is mapped to 'a' and to 'b': choose one"),
        (["--workers", "0"], "--workers"),
        (["--engine", "abacus"], "--engine"),
        (["--by", "mood", "--out", "out"], "'mood'"),
    ],
)  # fmt: skip
def test_wrong_use_is_said_before_anything_is_written(ledger, command, options, said):
    code, out, err = command("attribute", "ledger.csv", "--rules", "rules.yaml", *options)
    assert (code, out) == (2, "")
    assert said in err
    assert sorted(path.name for path in ledger.iterdir()) == [
        "ledger.csv",
        "notebooks",
        "params",
        "rules.yaml",
    ]


def test_all_that_is_wrong_is_said_at_once(ledger, command):
    code, _, err = command(
        "attribute",
        "ledger.csv",
        "--rules",
        "no.yaml",
        "--drivers",
        "no.csv",
        "--table",
        "t",
        "--master",
        "m",
    )
    assert code == 2
    assert [line.split(":")[0].strip() for line in err.splitlines()[1:]] == [
        "--table", "--master", "--rules", "--drivers",
    ]  # fmt: skip


@pytest.mark.parametrize("options", [[], ["--table", "t", "--query", "select 1"]])
def test_a_database_needs_a_table_or_a_query(ledger, command, options):
    code, _, err = command("attribute", "postgresql://db/gl", "--rules", "rules.yaml", *options)
    assert code == 2
    assert "LEDGER: a database holds many tables; give either --table or --query" in err


def test_help_teaches_by_examples(command):
    code, out, _ = command("attribute", "--help")
    assert code == 0
    assert out.count("  valuekit attribute ") == 5
    assert "Exit codes:" in out


# --- what the engine is asked for ----------------------------------------------------------


@pytest.fixture
def asked(monkeypatch):
    """What the command gives the engine, which then refuses."""
    given = {}

    def refuse(source, rules, **options):
        given.update(options, source=source, rules=rules)
        raise InvalidInput.at("engine", "only looked at", "nothing")

    monkeypatch.setattr(engine, "attribute", refuse)
    return given


def test_options_reach_the_engine(ledger, command, asked):
    code, _, _ = command(
        "attribute", "ledger.csv", "--rules", "rules.yaml", "--by", "period", "--by", "province",
        "--column", "amount=amount", "--out", "out", "--workers", "3", "--on-conflict", "error",
        "--engine", "spark", "--master", "local[2]",
    )  # fmt: skip
    assert code == 2
    assert asked["by"] == ("period", "province")
    assert (asked["workers"], asked["on_conflict"]) == (3, "error")
    assert (asked["engine"], asked["master"]) == ("spark", "local[2]")
    assert str(asked["out"]) == "out"
    assert dict(asked["source"].mapping) == {"amount": "amount"}


def test_memory_is_shared_among_the_workers(ledger, command, asked):
    lines = []
    for memory, workers in (("2GiB", "1"), ("4GiB", "2"), ("1GiB", "1")):
        command("attribute", "ledger.csv", "--rules", "rules.yaml", "--memory", memory, "--workers", workers)
        lines.append(asked["lines_per_bucket"])
    assert lines[0] == lines[1] > lines[2] > 10_000


def test_the_engine_knows_all_that_it_is_asked_for(ledger, command, monkeypatch):
    known = set(inspect.signature(engine.attribute).parameters)
    given = {}

    def refuse(source, rules, **options):
        given.update(options)
        raise InvalidInput.at("engine", "only looked at", "nothing")

    monkeypatch.setattr(engine, "attribute", refuse)
    command("attribute", "ledger.csv", "--rules", "rules.yaml", "--engine", "spark", "--master", "local[1]")
    assert set(given) <= known


# --- what comes out ------------------------------------------------------------------------


def test_tables_are_printed_and_progress_is_not_among_them(ledger, command):
    code, out, err = command("attribute", "ledger.csv", "--rules", "rules.yaml")
    assert code == 0, err
    titles = [
        line for line in out.splitlines() if line in {"statement", "bridge", "reconciliation", "controls"}
    ]
    assert titles == ["statement", "bridge", "reconciliation", "controls"]
    assert not {"reading", "attributing", "checking"} & set(out.split())
    assert sorted(path.name for path in ledger.iterdir()) == [
        "ledger.csv",
        "notebooks",
        "params",
        "rules.yaml",
    ]


def test_every_table_is_written_with_a_workbook(ledger, command):
    code, _, err = command("attribute", "ledger.csv", "--rules", "rules.yaml", "--out", "out")
    assert code == 0, err
    tables = {"statement", "bridge", "bounds", "reconciliation", "exceptions", "rule_use", "controls"}
    rare = {"driver_range", "tie_out", "double_counts"}
    written = {path.stem for path in (ledger / "out").glob("*.csv")}
    assert written == tables | rare
    assert [rows(ledger / "out" / f"{name}.csv") for name in rare] == [[], [], []]
    (total,) = [row for row in rows(ledger / "out" / "reconciliation.csv") if row["period"] == "total"]
    assert (total["ledger"], total["attributed"], total["unattributed"], total["difference"]) == (
        "14.75", "13.50", "1.25", "0.00",
    )  # fmt: skip
    bridge = [(row["kind"], row["amount"]) for row in rows(ledger / "out" / "bridge.csv")]
    assert bridge[0] == ("opening", "8.00")
    assert bridge[-2:] == [("closing", "13.50"), ("difference", "0.00")]
    (control,) = rows(ledger / "out" / "controls.csv")
    assert (control["rows"], control["total"]) == ("4", "14.75")
    book = openpyxl.load_workbook(ledger / "out" / "attribution.xlsx")
    assert book.sheetnames[0] == "Figures"
    assert len(book.sheetnames) == 1 + len(tables) + 3  # checks, parameters, provenance


def test_texts_of_the_ledger_are_computed_neither_in_csv_nor_in_the_workbook(ledger, command):
    command("attribute", "ledger.csv", "--rules", "rules.yaml", "--out", "out", "--by", "province")
    assert {row["province"] for row in rows(ledger / "out" / "statement.csv")} == {"北京", "'=A1"}
    (unmatched,) = rows(ledger / "out" / "exceptions.csv")
    assert (unmatched["key"], unmatched["amount"]) == ("'=XYZ", "1.25")
    book = openpyxl.load_workbook(ledger / "out" / "attribution.xlsx")
    hostile = [cell for sheet in book for row in sheet for cell in row if cell.value in ("=A1", "=XYZ")]
    assert len(hostile) >= 3
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in hostile)
    journal = pl.read_parquet(ledger / "out" / "journal" / "*.parquet", hive_partitioning=False)
    assert sorted(journal["line_id"]) == ["1", "2", "3", "4"]


def test_json_has_exact_amounts_and_raw_text(ledger, command):
    code, out, _ = command("attribute", "ledger.csv", "--rules", "rules.yaml", "--json", "--by", "province")
    assert code == 0
    told = json.loads(out)
    assert set(told) == {
        "statement",
        "bridge",
        "bounds",
        "reconciliation",
        "exceptions",
        "rule_use",
        "driver_range",
        "tie_out",
        "double_counts",
        "controls",
    }
    assert told["tie_out"] == []
    assert told["exceptions"][0]["key"] == "=XYZ"
    amounts = {(row["province"], row["carrier"]): row["amount"] for row in told["statement"]}
    assert amounts[("=A1", "card")] == "-2.00"
    assert amounts[("=A1", "terminal")] == "5.50"


SHARED = """line_id,contract_id,period,product_code,amount,currency
1,,2025-01,CLOUD,100.00,CNY
2,,2025-02,CLOUD,50.00,CNY
3,,2025-01,SIM,10.00,CNY
"""
DRIVERS = """period,pool_id,claimant,driver,quantity,total
2025-01,cloud,iot,hours,20,100
2025-01,cloud,ai,hours,80,100
2025-01,cloud,iot,messages,30,
2025-01,cloud,ai,messages,30,
"""
CLAIMS = "line_id,claimant,amount,currency\n3,5g,4.00,CNY\n"


@pytest.fixture
def shared(ledger):
    """
    cloud, January    100.00: 20 % ours by hours (chosen, tied out), 50 % by messages
    cloud, February    50.00: no meter
    line 3             10.00: all ours; 5g reports 4.00 of it as well
    """
    rule = (
        "  - {id: cloud, priority: 1, match: {product_code: CLOUD}, carrier: compute, evidence: allocated, "
    )
    rule += "driver_pool: cloud, driver: hours, claimant: iot, reason: one cloud}\n"
    (ledger / "ledger.csv").write_text(SHARED, encoding="utf-8")
    (ledger / "rules.yaml").write_text(RULES + rule, encoding="utf-8")
    (ledger / "drivers.csv").write_text(DRIVERS, encoding="utf-8")
    (ledger / "claims.csv").write_text(CLAIMS, encoding="utf-8")
    return (
        "attribute",
        "ledger.csv",
        "--rules",
        "rules.yaml",
        "--drivers",
        "drivers.csv",
        "--claims",
        "claims.csv",
    )


def test_the_range_over_drivers_meters_and_double_counts_are_printed_and_written(shared, command, project):
    code, out, err = command(*shared, "--out", "out")
    assert code == 0, err
    titles = [
        line for line in out.splitlines() if line in {"driver_range", "tie_out", "double_counts", "controls"}
    ]
    assert titles == ["driver_range", "tie_out", "double_counts", "controls"]
    (cloud, total) = rows(project / "out" / "driver_range.csv")
    assert (cloud["amount"], cloud["lowest"], cloud["highest"], cloud["highest_driver"]) == (
        "20.00", "20.00", "50.00", "messages",
    )  # fmt: skip
    assert (total["pool_id"], total["highest"]) == ("total", "50.00")
    told = {(row["period"], row["driver"]): row for row in rows(project / "out" / "tie_out.csv")}
    assert {key: row["status"] for key, row in told.items()} == {
        ("2025-01", "hours"): "tied_out",
        ("2025-01", "messages"): "alternative",
        ("2025-02", "hours"): "nothing_metered",
    }
    assert told["2025-02", "hours"]["unattributed"] == "50.00"
    assert (told["2025-01", "hours"]["total"], told["2025-01", "messages"]["total"]) == ("100", "")
    (double,) = rows(project / "out" / "double_counts.csv")
    assert (double["line_id"], double["claimants"], double["claims"], double["over"]) == (
        "3",
        "5g",
        "4.00",
        "4.00",
    )
    book = openpyxl.load_workbook(project / "out" / "attribution.xlsx")
    assert {
        "Range over admissible drivers",
        "Meters against billing",
        "Lines reported more than once",
    } <= set(book.sheetnames)


def test_what_there_is_nothing_of_is_neither_printed_nor_a_sheet(ledger, command):
    code, out, err = command("attribute", "ledger.csv", "--rules", "rules.yaml", "--excel", "v.xlsx")
    assert code == 0, err
    assert not {"driver_range:", "tie_out:", "double_counts:"} & set(out.split())
    assert "Meters against billing" not in openpyxl.load_workbook(ledger / "v.xlsx").sheetnames


def test_the_workbook_can_stand_alone_and_speak_chinese(ledger, command):
    code, _, err = command(
        "attribute", "ledger.csv", "--rules", "rules.yaml", "--excel", "value.xlsx", "--language", "zh"
    )
    assert code == 0, err
    book = openpyxl.load_workbook(ledger / "value.xlsx")
    assert book.sheetnames[0] == "关键数据"
    assert "台账文件" in book.sheetnames
    assert not (ledger / "out").exists()


def test_the_same_input_gives_the_same_workbook(ledger, command):
    for name in ("a.xlsx", "b.xlsx"):
        command("attribute", "ledger.csv", "--rules", "rules.yaml", "--excel", name)
    assert (ledger / "a.xlsx").read_bytes() == (ledger / "b.xlsx").read_bytes()


def test_currencies_of_different_minor_units_have_sheets_of_their_own(ledger, command):
    """Yuan have two decimals, yen none."""
    yen = "5,,2025-01,SIM,700,JPY,北京\n"
    (ledger / "ledger.csv").write_text(LEDGER + yen, encoding="utf-8")
    code, _out, err = command("attribute", "ledger.csv", "--rules", "rules.yaml", "--out", "out")
    assert code == 0, err
    book = openpyxl.load_workbook(ledger / "out" / "attribution.xlsx")
    assert [name for name in book.sheetnames if "Value statement" in name] == [
        "Value statement CNY", "Value statement JPY",
    ]  # fmt: skip
    totals = {row["currency"]: row["ledger"] for row in rows(ledger / "out" / "reconciliation.csv")}
    assert totals == {"CNY": "14.75", "JPY": "700"}


def test_a_statement_by_customer_names_none_and_says_which_salt_hides_them(ledger, command, monkeypatch):
    """The column of customers has another name in the ledger."""
    monkeypatch.setenv("VALUEKIT_SALT", "9d" * 32)
    (ledger / "ledger.csv").write_text(LEDGER.replace("北京", "CUST-ZEBRA"), encoding="utf-8")
    code, out, err = command(
        "attribute", "ledger.csv", "--rules", "rules.yaml", "--column", "customer_id=province",
        "--by", "customer_id", "--out", "out",
    )  # fmt: skip
    assert code == 0, err
    hidden = pseudonyms().of("CUST-ZEBRA")
    assert {row["customer_id"] for row in rows(ledger / "out" / "statement.csv")} == {
        hidden,
        pseudonyms().of("=A1"),
    }
    assert "CUST-ZEBRA" not in out + err
    book = openpyxl.load_workbook(ledger / "out" / "attribution.xlsx")
    cells = {str(cell.value) for sheet in book for row in sheet for cell in row}
    assert {hidden, f"fingerprint {pseudonyms().fingerprint}"} <= cells
    assert not [cell for cell in cells if "CUST-ZEBRA" in cell or "9d9d" in cell]


def test_columns_of_another_name_are_mapped(ledger, command):
    (ledger / "ledger.csv").write_text(LEDGER.replace("amount", "金额 = 元", 1), encoding="utf-8")
    code, out, err = command(
        "attribute", "ledger.csv", "--rules", "rules.yaml", "--column", "amount=金额 = 元"
    )
    assert code == 0, err
    assert "14.75" in out


# --- progress ------------------------------------------------------------------------------


def reports(stage, number, every):
    return [Progress(stage, n, number, n * 1000, n * every, (number - n) * every) for n in range(number + 1)]


def test_elsewhere_than_on_a_terminal_a_line_is_printed_every_half_minute(capsys):
    """100 buckets of a second each: after 5 s, then every 30 s, and at the end."""
    lines = Lines()
    for report in reports(Stage.ATTRIBUTING, 100, 1.0):
        lines.watch(report)
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == [
        "     5 s  attributing 5 of 100, 5,000 lines, about 1:35 left",
        "    35 s  attributing 35 of 100, 35,000 lines, about 1:05 left",
        "    65 s  attributing 65 of 100, 65,000 lines, about 0:35 left",
        "    95 s  attributing 95 of 100, 95,000 lines, about 0:05 left",
        "   100 s  attributing 100 of 100, 100,000 lines",
    ]


def test_a_quick_attribution_prints_no_line(capsys):
    lines = Lines()
    for report in (*reports(Stage.READING, 3, 0.5), *reports(Stage.ATTRIBUTING, 9, 0.5)):
        lines.watch(report)
    assert capsys.readouterr().err == ""


def test_each_stage_of_a_long_one_begins_and_ends_with_a_line(capsys):
    lines = Lines()
    lines.watch(Progress(Stage.READING, 1, 5, 10, 6.0, 24.0, "gl.csv"))
    lines.watch(Progress(Stage.READING, 2, 5, 20, 7.0, 21.0, "gl.csv"))
    lines.watch(Progress(Stage.READING, 5, 5, 50, 8.0, 0.0, "gl.csv"))
    lines.watch(Progress(Stage.ATTRIBUTING, 0, 5, 0, 9.0, None))
    assert capsys.readouterr().err.splitlines() == [
        "     6 s  reading 1 of 5, 10 lines, gl.csv, about 0:24 left",
        "     8 s  reading 5 of 5, 50 lines, gl.csv",
        "     9 s  attributing 0 of 5",
    ]


def test_a_terminal_gets_a_bar_for_each_stage(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "160")
    with watched() as watch:
        for stage in (Stage.READING, Stage.ATTRIBUTING):
            for report in reports(stage, 3, 1.0):
                watch(report)
    written = terminal.getvalue()
    assert "reading" in written
    assert "3 of 3, 3,000 lines" in written

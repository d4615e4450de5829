"""A ledger whose texts attack spreadsheets and name customers, through a whole run of the value notebook.

Whatever is published must check out, must not be computed by a spreadsheet, and must name no customer.
"""

import csv
import io
import json
import re
import shutil
import zipfile
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from valuekit.frames.formulas import is_formula, unguarded
from valuekit.frames.pseudonyms import pseudonyms
from valuekit.runs.publication.batch import run_all
from valuekit.runs.verification.verify import verify

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SALT = "7e" * 32
CUSTOMERS = ("CUST-ZEBRA-0001", "CUST-ZEBRA-0002", "客户斑马甲")
CODES = ("=cmd|' /C calc'!A0", "+86-CARD", "-2+3", "@SUM(A1:A9)", "＝1+1", "\t=TAB")
RULES = """taxonomy: "=taxonomy"
version: "@1"
rules:
  - {id: "=card", priority: 1, match: {product_code: "=cmd*"}, carrier: card, pool: true, reason: "-a card"}
  - {id: "+term", priority: 1, match: {product_code: "+86*"}, carrier: terminal, pool: true, reason: "=a box"}
  - {id: "-one", priority: 1, match: {product_code: "-2+3"}, carrier: card, reason: "@one"}
  - {id: "@two", priority: 1, match: {product_code: "-2+3"}, carrier: platform, reason: "+two"}
"""
SCOPE = """id: odd
version: "1"
carriers: [card, terminal]
definition: "=definition"
source: "@source"
"""
PARAMS = """notebook: value_assessment
language: {language}
inputs:
  ledger: {{path: ledger.csv}}
  rules: {{path: rules.yaml}}
parameters:
  title: "=title"
  scopes: [connection, scope.yaml, wide]
  headline_period: "2025-01"
"""


def write_ledger(path: Path) -> None:
    """Two months: a bundle without prices, products without a rule, a conflict, a negative amount."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(
            ["line_id", "contract_id", "period", "product_code", "amount", "currency", "customer_id"]
        )
        for month in ("2025-01", "2025-02"):
            for number, code in enumerate(CODES):
                contract = "=CONTRACT" if number < 2 else ""
                customer = CUSTOMERS[number % len(CUSTOMERS)]
                amount = "-5.00" if number == 3 else f"{10 + number}.25"
                rows.writerow([f"={month}-{number}", contract, month, code, amount, "CNY", customer])


@pytest.fixture(scope="module", params=["en", "zh"])
def published(request, tmp_path_factory) -> Path:
    """One run of the value notebook in each language."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    (folder / "params").mkdir()
    write_ledger(folder / "ledger.csv")
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    (folder / "scope.yaml").write_text(SCOPE, encoding="utf-8")
    (folder / "params" / "hostile.yaml").write_text(PARAMS.format(language=request.param), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("VALUEKIT_SALT", SALT)
        (outcome,) = run_all([Path("params/hostile.yaml")], out=Path("outputs"))
    assert outcome.error == ""
    return folder / outcome.folder


def cells(published: Path) -> list[str]:
    """Every cell of every CSV, as written."""
    found = []
    for path in sorted(published.rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            found += [cell for row in csv.reader(stream) for cell in row]
    return found


def is_number(cell: str) -> bool:
    return cell.lstrip("-").replace(".", "", 1).isdigit()


def test_it_checks_out(published):
    assert [(item.name, item.detail) for item in verify(published).checks if not item.ok] == []


def test_no_cell_of_a_table_is_computed_and_negative_amounts_are_numbers(published):
    written = cells(published)
    assert [
        cell for cell in written if is_formula(cell) and not cell.startswith("'") and not is_number(cell)
    ] == []
    read = {unguarded(cell) for cell in written}
    assert {"=card", "+term", "odd/total", "odd@1", *CODES[2:]} <= read
    assert "-10.00" in written


def test_a_table_whose_guard_is_taken_away_is_caught(published, tmp_path):
    run = Path(shutil.copytree(published, tmp_path / published.parent.name / published.name))
    table = run / "tables" / "exceptions.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("'@SUM", "@SUM"), encoding="utf-8")
    failing = {item.name: item.detail for item in verify(run).checks if not item.ok}
    assert failing["rendering"] == "tables/exceptions.csv is not what notebook.ipynb holds"


CELL = r"(?:'[^'=+@]+'!)?[A-Z]{1,2}\d+"
TERM = rf"(?:{CELL}|SUM\({CELL}:{CELL}\))"
ADDED = rf"{TERM}(?:[+-]{TERM})*"
OURS = re.compile(
    rf"={TERM}|=ABS\({CELL}\)|=ROUND\((?:{ADDED}|ROUND\({ADDED},\d\))(?:-\(-?\d+(?:\.\d+)?\))?,\d\)"
    rf'|=IF\({TERM}=0,"[\w ]+","[\w ]+"\)'
)


def test_the_workbook_holds_text_and_formulas_of_its_own_and_no_other(published):
    book = openpyxl.load_workbook(published / "workbook.xlsx")
    filled = [cell for sheet in book for row in sheet for cell in row if cell.value is not None]
    formulas = [str(cell.value) for cell in filled if cell.data_type == "f"]
    assert formulas
    assert [formula for formula in formulas if not OURS.fullmatch(formula)] == []
    hostile = [
        cell for cell in filled if isinstance(cell.value, str) and cell.value.startswith(tuple("=+-@＝"))
    ]
    texts = [cell for cell in hostile if cell.data_type == "s"]
    assert {"=card", "@SUM(A1:A9)", "-2+3", "＝1+1"} <= {cell.value for cell in texts}
    assert all(cell.quotePrefix for cell in texts)


def test_no_file_names_a_customer_or_the_salt(published):
    """Raw bytes, in the encodings a file may have; inside archives; and every cell of every Parquet file."""
    needles = [text.encode(code) for text in (*CUSTOMERS, SALT) for code in ("utf-8", "utf-16-le", "gb18030")]
    needles += [json.dumps(text).strip('"').encode() for text in CUSTOMERS]
    searched = 0
    for path in (path for path in published.rglob("*") if path.is_file()):
        for content in contents(path):
            searched += 1
            assert not [needle for needle in needles if needle in content], path.name
    assert searched > 20


def test_nothing_that_only_the_engine_needed_is_published(published):
    names = {path.relative_to(published).as_posix() for path in published.rglob("*")}
    assert not {name for name in names if "/." in f"/{name}"}
    assert {"tables/journal/2025-01.parquet", "tables/journal/2025-02.parquet"} <= names


def contents(path: Path) -> list[bytes]:
    """A file's bytes, and what is packed inside them."""
    found = [path.read_bytes()]
    if zipfile.is_zipfile(io.BytesIO(found[0])):
        with zipfile.ZipFile(path) as packed:
            found += [packed.read(name) for name in packed.namelist()]
    if path.suffix == ".parquet":
        frame = pl.read_parquet(path, hive_partitioning=False)
        found += [str(row).encode() for row in frame.rows()]
    return found


def test_the_record_tells_which_salt_and_not_what_it_is(published):
    crate = json.loads((published / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    (salt,) = [item for item in crate["@graph"] if item["@id"] == "#environment/VALUEKIT_SALT"]
    assert salt["value"] == f"fingerprint {pseudonyms({'VALUEKIT_SALT': SALT}).fingerprint}"

"""The default runs as a user starts them: whole, the same twice, whichever way the ledger is turned."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

import valuekit as vk
from valuekit.datasets import locate
from valuekit.runs.publication.batch import run_all
from valuekit.runs.verification.invariants import read_table
from valuekit.runs.verification.verify import verify

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
TINY_LEDGER = """\
line_id,contract_id,period,product_code,amount,currency,quantity
1,C-1,2025-01,CARD,20.00,CNY,1
2,C-1,2025-01,TERM,0.00,CNY,1
3,C-1,2025-01,PLAT,10.00,CNY,1
4,,2025-01,CLOUD,99.99,CNY,1
5,C-1,2025-02,CARD,-20.00,CNY,1
6,,2025-02,WHAT,3.00,CNY,1
"""
TINY_RULES = """\
taxonomy: tiny
version: "1"
rules:
  - {id: card, priority: 1, valid_from: 2025-01, match: {product_code: CARD}, carrier: card, pool: true, reason: cards}
  - {id: term, priority: 1, valid_from: 2025-01, match: {product_code: TERM}, carrier: terminal, pool: true, reason: boxes}
  - {id: plat, priority: 1, valid_from: 2025-01, match: {product_code: PLAT}, carrier: platform, pool: true, reason: platform}
  - {id: cloud, priority: 1, valid_from: 2025-01, match: {product_code: CLOUD}, candidates: [compute, out_of_scope], reason: unsplit}
"""
TINY_PRICES = """\
product_code,valid_from,valid_to,method,low,ssp,high,currency,tax_included
CARD,2025-01,,observable,,20.00,,CNY,false
TERM,2025-01,,observable,,40.00,,CNY,false
PLAT,2025-01,,observable,,10.00,,CNY,false
"""


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A project folder with our notebooks and tiny inputs."""
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    (tmp_path / "params").mkdir()
    for name, text in {
        "ledger.csv": TINY_LEDGER,
        "rules.yaml": TINY_RULES,
        "prices.csv": TINY_PRICES,
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(project: Path, text: str) -> Path:
    params = project / "params" / "it.yaml"
    params.write_text(text, encoding="utf-8")
    (outcome,) = run_all([params.relative_to(project)], out=Path("outputs"))
    assert outcome.error == ""
    return outcome.folder


def figures(folder: Path) -> dict:
    return json.loads((folder / "figures.json").read_text(encoding="utf-8"))


def compared(folder: Path) -> dict[str, bytes]:
    """What equal runs must have in common: figures and every table; rows of a journal stand in no order."""
    kept = [folder / "figures.json", *sorted((folder / "tables").rglob("*"))]
    return {
        str(path.relative_to(folder)): rows_of(path) if path.parent.name == "journal" else path.read_bytes()
        for path in kept
        if path.is_file()
    }


def rows_of(journal: Path) -> bytes:
    return pl.read_parquet(journal, glob=False).sort("line_id", "seq").write_csv().encode()


VALUE = """\
notebook: value_assessment
language: {language}
inputs:
  ledger: {{path: {ledger}}}
  rules: {{path: rules.yaml}}
  prices: {{path: prices.csv}}
"""


def messages(browser, folder: Path) -> list[str]:
    """What console and axe-core say when the page is opened without network; every chart must be drawn."""
    page = browser.new_context(offline=True, viewport={"width": 1280, "height": 900}).new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto((folder / "report.html").resolve().as_uri())
    charts = len(list((folder / "charts").glob("*.json")))
    # The page forbids eval, which polling a script would need; polling a locator does not.
    expect(page.locator(".vega-embed svg")).to_have_count(charts)
    said += [f"axe-core: {each['id']}" for each in Axe().run(page).response["violations"]]
    page.context.close()
    return said


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_value_notebook_on_a_ledger_that_can_be_added_up_by_hand(project, browser, language):
    """C-1 bills 30.00 in January for SSPs of 20, 40 and 10: 8.57, 17.14, 4.29."""
    folder = run(project, VALUE.format(language=language, ledger="ledger.csv"))
    assert verify(folder).ok
    found = figures(folder)
    assert found["value.connection"]["value"] == "-11.43"
    assert found["value.component"]["value"] == "10.00"
    assert (found["value.wide"]["value"], found["value.wide"]["high"]) == ("10.00", "112.99")
    assert found["value.unattributed"]["value"] == "102.99"
    assert found["value.difference"]["value"] == "0.00"
    assert messages(browser, folder) == []


CHOICES_LEDGER = """\
7,,2025-01,SHARED,100.00,CNY,1
8,C-1,2025-01,SUBSIDY,-5.00,CNY,1
"""
CHOICES_RULES = """\
  - {id: shared, priority: 1, match: {product_code: SHARED}, carrier: compute, evidence: allocated, driver_pool: cloud, driver: hours, claimant: iot, reason: one cloud}
  - {id: subsidy, priority: 1, match: {product_code: SUBSIDY}, carrier: terminal, subsidy: true, reason: paid for terminals}
"""
CHOICES_DRIVERS = """\
period,pool_id,claimant,driver,quantity,total
2025-01,cloud,iot,hours,20,100
2025-01,cloud,ai,hours,70,100
2025-01,cloud,iot,messages,30,60
2025-01,cloud,ai,messages,30,60
"""
CHOICES_CLAIMS = "line_id,claimant,amount,currency\n7,5g,90.00,CNY\n"
CHOICES = """\
  drivers: {path: drivers.csv}
  claims: {path: claims.csv}
"""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_value_notebook_shows_what_hangs_on_choices(project, browser, language):
    """
    shared 100.00: 20.00 ours by hours, 50.00 by messages; 5g reports 90.00, so that 10.00 is beyond 100 %
    subsidy -5.00: a cost of the contract under another policy, so that terminals are worth 5.00 more
    """
    for name, more in {"ledger.csv": CHOICES_LEDGER, "rules.yaml": CHOICES_RULES}.items():
        with (project / name).open("a", encoding="utf-8") as stream:
            stream.write(more)
    (project / "drivers.csv").write_text(CHOICES_DRIVERS, encoding="utf-8")
    (project / "claims.csv").write_text(CHOICES_CLAIMS, encoding="utf-8")
    folder = run(project, VALUE.format(language=language, ledger="ledger.csv") + CHOICES)
    assert verify(folder).ok
    tables = {
        name: read_table(folder / "tables" / f"{name}.csv").rows
        for name in ("driver_range", "tie_out", "double_counts", "subsidy_policies")
    }
    ours = tables["driver_range"]["total/total"]
    assert [ours[f"{part}_minor"] for part in ("amount", "lowest", "highest")] == ["20.00", "20.00", "50.00"]
    assert tables["tie_out"]["CNY/2025-01/cloud/hours"]["status"] == "unmetered_rest"
    assert tables["double_counts"]["line/7"]["over_minor"] == "10.00"
    assert tables["subsidy_policies"]["contract_cost/wide"]["difference_minor"] == "5.00"
    assert messages(browser, folder) == []


def test_rows_upside_down_change_nothing(project):
    head, *rows = TINY_LEDGER.splitlines(keepends=True)
    (project / "turned.csv").write_text("".join([head, *reversed(rows)]), encoding="utf-8")
    as_it_is = run(project, VALUE.format(language="en", ledger="ledger.csv"))
    turned = run(project, VALUE.format(language="en", ledger="turned.csv"))
    assert compared(as_it_is) == compared(turned)


def test_the_sample_ledger_upside_down_gives_the_same_answer_to_the_cent():
    ledger = vk.read_ledger(locate("synthetic_operator/ledger"))
    book = ROOT / "params" / "sample_operator"
    answers = [
        vk.attribute(
            frame,
            book / "rules.yaml",
            prices=book / "prices.csv",
            drivers=locate("synthetic_operator/drivers"),
        )
        for frame in (ledger.frame, ledger.frame.reverse())
    ]
    first, second = (a.entries.ordered() for a in answers)
    assert first.equals(second)
    assert answers[0].cube.equals(answers[1].cube)
    billed = first.group_by("period", "currency").agg(pl.col("amount_minor").sum()).sort("period")
    posted = ledger.frame.group_by("period", "currency").agg(pl.col("amount_minor").sum()).sort("period")
    assert billed.equals(posted)


def test_published_accounts_from_a_ledger_of_the_package(project):
    shutil.copytree(ROOT / "params" / "china_unicom", project / "params" / "china_unicom")
    folder = run(project, (ROOT / "params" / "china_unicom_zh.yaml").read_text(encoding="utf-8"))
    assert verify(folder).ok
    assert figures(folder)["value.component"]["value"] == "8600000000.00"


FORECAST = """\
notebook: {notebook}
seed: 3
inputs:
  connections: {{path: series.csv}}
{more}"""
AREAS = """\
  areas: {dataset: china_mobile_iot/application_areas}
  targets: {dataset: china_mobile_iot/targets}
"""


MONTHS = [
    "2019-12",
    "2020-12",
    "2021-12",
    "2022-06",
    "2022-12",
    "2023-06",
    "2023-12",
    "2024-06",
    "2024-12",
    "2025-04",
    "2025-10",
    "2025-12",
]


def short_series(project: Path) -> None:
    """Twelve published months, those of the application areas among them: every model, few origins."""
    published = pl.read_csv(locate("china_mobile_iot/connections"), infer_schema=False)
    mine = published.filter(pl.col("series") == "iot_connections", pl.col("period").is_in(MONTHS))
    mine.sort("period").write_csv(project / "series.csv")


def test_the_connection_forecast_gives_the_same_figures_sampled_again(project, browser, monkeypatch):
    short_series(project)
    text = FORECAST.format(notebook="connection_forecast", more="")
    first = run(project, text)
    monkeypatch.setenv("VALUEKIT_FRESH", "1")  # sample again instead of loading what is kept
    second = run(project, text)
    assert verify(first).ok
    assert compared(first) == compared(second)
    assert 0 <= figures(first)["connections.probability"]["value"] <= 1
    assert messages(browser, first) == []


def test_target_attainment_gives_the_same_figures_twice(project, browser):
    short_series(project)
    text = FORECAST.format(notebook="target_attainment", more=AREAS)
    first, second = run(project, text), run(project, text)
    assert verify(first).ok
    assert compared(first) == compared(second)
    assert 0 <= figures(first)["attainment.joint"]["value"] <= 1
    assert messages(browser, first) == []


def test_a_template_runs_by_plain_papermill(project):
    out = project / "plain.ipynb"
    inputs = "{ledger: {path: ledger.csv}, rules: {path: rules.yaml}, prices: {path: prices.csv}}"
    command = [
        "notebooks/value_assessment.ipynb",
        str(out),
        "-y",
        f"inputs: {inputs}",
        "-p",
        "language",
        "zh",
    ]
    subprocess.run(
        [sys.executable, "-m", "papermill", *command], cwd=project, check=True, capture_output=True
    )
    assert "移动物联网" in out.read_text(encoding="utf-8")

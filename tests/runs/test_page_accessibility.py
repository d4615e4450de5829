"""Pages that no notebook makes, of sweeps and of comparisons: axe-core finds nothing, the console is silent."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.report.test_sweep_blocks import figure_rows, figures_frame, run_row, runs_frame
from valuekit.report.meta import PageMeta
from valuekit.report.page import render
from valuekit.report.sweep_blocks import sweep_items
from valuekit.runs.comparison.compare import ComparedRun, Comparison
from valuekit.runs.comparison.compare_inputs import InputChange, ParameterChange
from valuekit.runs.comparison.compare_report import page as compare_page
from valuekit.runs.comparison.compare_tables import CellChange, TableChange
from valuekit.runs.comparison.sides import sides
from valuekit.runs.comparison.walk import Step, Walk

pytestmark = pytest.mark.slow

SEEN = [(scheme, {"width": width, "height": 900}) for width in (1440, 360) for scheme in ("light", "dark")]
HOSTILE = "<script>alert(1)</script>\u202e" + "long" * 300
SUM = {"value": "123.45", "unit": "CNY", "table": "lines", "row": "total", "column": "amount_minor"}


def sweep_page(language: str) -> str:
    places = [("广东", "low"), ("广东", "high"), (HOSTILE, "low")]
    figures = [row for n, (p, s) in enumerate(places) for row in figure_rows(p, s, f"{(n + 1) * 10**9}.05")]
    runs = [*(run_row(p, s) for p, s in places), run_row("西藏", "high", "cell 5: no connections")]
    items = sweep_items(
        runs_frame(*runs), figures_frame(*figures), name="demo", dimensions=["province", "scenario"], language=language
    )  # fmt: skip
    meta = PageMeta(
        name="demo", run_id="a" * 64, inputs=(), parameters={}, seed=1, versions={}, platform="Linux",
        template="notebooks/demo.ipynb", template_sha256="b" * 64,
    )  # fmt: skip
    return render(items, meta, language)


def comparison_page(language: str) -> str:
    """Every section has something to say."""
    walk = Walk(
        {"sum": "100.00"},
        (
            Step("data", "ledger", "a", "b", {"sum": "110.00"}),
            Step("parameters", HOSTILE, "1", "2", {"sum": "123.45"}),
        ),
        1,
        ("a state could not be computed",),
    )
    a, b = (
        ComparedRun(Path("outputs/demo") / name, "demo", name, language, {"sum": SUM | {"value": value}}, {"sum": "Sum"}, {})
        for name, value in (("a", "100.00"), ("b", "123.45"))
    )  # fmt: skip
    cells = (CellChange(HOSTILE, "amount_minor", "10000", "12345", "2345"),)
    return compare_page(
        Comparison(
            a=a, b=b, walk=walk, recomputed=True,
            inputs=(InputChange("ledger", "data", "a", "b", False, (("rows", "1", "2", "1"),)),),
            parameters=(ParameterChange(HOSTILE, "1", "2", True, "why"),),
            surroundings=("python 3.12 -> 3.13",), notes=("a note",),
            tables=(TableChange("lines", "changed", 2, cells=cells),),
            sides=sides(walk, ["sum"], causes=frozenset({"parameters"})), sides_since="demo/a",
        ),
        language,
    )  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("made", [sweep_page, comparison_page])
def test_axe_finds_nothing_and_the_console_is_silent(browser, tmp_path, made, language):
    path, said = tmp_path / "page.html", []
    path.write_text(made(language), encoding="utf-8")
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(path.as_uri())
    if made is sweep_page:
        page.wait_for_selector("html[data-ready=true]", timeout=60_000)
    page.evaluate("document.querySelectorAll('details:not([name])').forEach((each) => { each.open = true; })")
    for scheme, viewport in SEEN:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(viewport)
        found = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == [], (scheme, viewport)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (scheme, viewport)
    assert said == []
    context.close()

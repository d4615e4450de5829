"""A headline figure opens its trace in a real browser: by mouse, by keyboard, without scripts, on a phone."""

from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from demo import HOSTILE, demo_blocks, meta
from playwright.sync_api import expect

from valuekit.report.blocks import Chart, FigureTrace, Headline, TableColumn, TracePart, Traces
from valuekit.report.page import render

pytestmark = pytest.mark.slow

RULES = TracePart(
    "rules",
    "Decided by",
    (TableColumn("rule_id", "Rule", "text"), TableColumn("amount_minor", "Amount (CNY)", "minor", "CNY")),
    tuple((name, number) for number, name in enumerate(HOSTILE)),
    note=HOSTILE[0],
)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("traces")
    for language in ("en", "zh"):
        blocks = [block for block in demo_blocks(language) if not isinstance(block, Chart)]
        figures = [f for block in blocks if isinstance(block, Headline) for f in block.figures]
        traces = Traces(
            tuple(FigureTrace(f.id, HOSTILE[0], (RULES,), {HOSTILE[1]: "0" * 64}) for f in figures)
        )
        page = render([*blocks, traces], replace(meta(), started="2026-01-31T08:00:00Z"), language)
        (folder / f"{language}.html").write_text(page, encoding="utf-8")
    return folder


@pytest.fixture
def opened(browser, pages):
    contexts = []

    def opener(language="en", **options):
        contexts.append(browser.new_context(**options))
        contexts[-1].set_offline(True)
        page = contexts[-1].new_page()
        page.said = []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto((pages / f"{language}.html").as_uri())
        return page

    yield opener
    for context in contexts:
        context.close()


def test_a_click_on_a_figure_opens_its_trace_and_leads_on_to_its_row(opened):
    page = opened()
    expect(page.locator("#trace-1")).to_be_hidden()
    page.locator(".card .traced").first.click()
    expect(page.locator("#trace-1")).to_be_visible()
    page.locator("#trace-1 dl a").click()
    assert page.evaluate("document.querySelector(':target').dataset.row") == "stack"
    assert page.said == []


def test_enter_opens_the_trace_and_escape_leads_back_to_the_figure(opened):
    page = opened()
    page.locator(".card .traced").nth(1).focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "trace-2"
    page.keyboard.press("Escape")
    expect(page.locator("#trace-2")).to_be_hidden()
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#trace-2"


def test_without_scripts_a_click_and_the_line_below_the_cards_open_it(opened):
    page = opened(java_script_enabled=False)
    page.locator(".card .traced").first.click()
    expect(page.locator("#trace-1")).to_be_visible()
    page.locator(".tracing summary").nth(2).click()
    expect(page.locator("#trace-3")).to_be_visible()
    expect(page.locator("#trace-3 .close")).to_be_hidden()


def test_a_link_to_a_trace_opens_it(opened, pages):
    page = opened()
    page.goto((pages / "en.html").as_uri() + "#trace-2")
    page.reload()
    expect(page.locator("#trace-2")).to_be_visible()


def test_hostile_names_are_shown_as_text_and_nothing_of_them_runs(opened):
    page = opened()
    page.locator(".card .traced").first.click()
    shown = page.locator("#trace-1 [data-part=rules] tbody tr").nth(0).locator("td").first
    assert shown.text_content() == HOSTILE[0]
    assert page.evaluate("window.hacked") is None
    assert page.said == []


@pytest.mark.parametrize(
    ("language", "scheme", "width"), [("en", "light", 360), ("zh", "dark", 360), ("zh", "light", 1280)]
)
def test_an_open_trace_is_accessible_and_fits(opened, language, scheme, width):
    page = opened(language, color_scheme=scheme, viewport={"width": width, "height": 800}, bypass_csp=True)
    page.locator(".card .traced").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()

"""Pages in a real browser without network: no console message, charts drawn, nothing hostile runs."""

import pytest
from demo import HOSTILE, demo_blocks, hostile_blocks, meta, notebook
from playwright.sync_api import expect

from valuekit.frames.formulas import guarded
from valuekit.report.extract import extract
from valuekit.report.index import RunSummary, render_index
from valuekit.report.page import render
from valuekit.report.trusted import visible

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("pages")
    for language in ("en", "zh"):
        blocks = [*demo_blocks(language)]
        for name, extra in ((language, []), (f"hostile-{language}", hostile_blocks())):
            items = extract(notebook([*blocks, *extra], language), language)
            (made / f"{name}.html").write_text(render(items, meta(), language), encoding="utf-8")
    run = RunSummary(
        "miit",
        "a" * 32,
        "Connections",
        "About 6 %.",
        "forecast",
        "en",
        "2025-12",
        "succeeded",
        "2026",
        "en.html",
    )
    other = RunSummary(
        "unicom", "b" * 32, "收入", "约 45 亿元。", "value", "zh", "2025-12", "succeeded", "2026", "zh.html"
    )
    (made / "index.html").write_text(render_index([run, other], "en"), encoding="utf-8")
    return made


class _Opened:
    """A page opened from a file with the network cut, with everything it said on the console."""

    def __init__(self, browser, path, **context):
        self.said = []
        self.context = browser.new_context(**context)
        self.context.set_offline(True)
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on(
            "request",
            lambda request: None if request.url.startswith("file:") else self.said.append(request.url),
        )
        self.page.goto(path.as_uri())

    def ready(self):
        self.page.wait_for_selector("html[data-ready=true]", timeout=60_000)
        return self.page


@pytest.fixture
def opened(browser, folder):
    pages = []

    def opener(name, **context):
        pages.append(_Opened(browser, folder / f"{name}.html", **context))
        return pages[-1]

    yield opener
    for each in pages:
        each.context.close()


def _fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [360, 768, 1600])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_opens_without_network_and_draws_its_charts(opened, language, width, scheme):
    one = opened(language, viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = one.ready()
    assert one.said == []
    assert page.locator("figure.interactive .live svg").count() == 4
    for number in range(4):
        assert page.locator("figure .live svg").nth(number).bounding_box()["height"] > 150
    assert _fits(page)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_without_scripts_static_charts_stand(opened, language):
    one = opened(language, java_script_enabled=False, viewport={"width": 360, "height": 800})
    assert one.page.locator("figure .static svg:visible").count() == 4
    assert one.said == []


def test_print_shows_static_charts_on_light_paper(opened):
    page = opened("en", color_scheme="dark").ready()
    page.emulate_media(media="print")
    assert page.locator("figure .static svg:visible").count() == 4
    assert page.locator("figure .live svg:visible").count() == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_dark_page_draws_axes_in_the_colour_of_its_text(opened):
    page = opened("en", color_scheme="dark").ready()
    ink = page.evaluate("getComputedStyle(document.body).color")
    label = page.locator("figure .live svg text").first
    assert label.evaluate("node => getComputedStyle(node).fill") == ink


@pytest.mark.parametrize("language", ["en", "zh"])
def test_hostile_content_runs_nothing_and_fits(opened, language):
    one = opened(f"hostile-{language}", viewport={"width": 360, "height": 800})
    page = one.ready()
    assert one.said == []
    assert page.evaluate("window.hacked") is None
    assert _fits(page)


@pytest.mark.parametrize("number", [0, 1, 6, 7])
def test_hostile_names_are_text_in_tooltips(opened, number):
    one = opened("hostile-en", viewport={"width": 1200, "height": 900})
    page = one.ready()
    bar = page.locator("figure[data-chart=hostile] .live .mark-rect.role-mark path").nth(number)
    bar.hover()
    tooltip = page.locator("#vg-tooltip-element.visible td.value").first
    tooltip.wait_for()
    assert tooltip.text_content() == visible(HOSTILE[number])
    assert page.evaluate("window.hacked") is None
    assert one.said == []


def test_copy_puts_exact_numbers_and_no_formula_on_the_clipboard(opened):
    one = opened("hostile-en", permissions=["clipboard-read", "clipboard-write"])
    page = one.ready()
    page.locator("#table-2 .copy").click()
    copied = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert copied[1].split("\t") == [
        "Card (connection)",
        "direct",
        "12345678000.00",
        "-123456.00",
        "12345554544.00",
    ]
    page.locator("#table-3 .copy").click()
    # The page forbids eval, which polling a script would need; polling a locator does not.
    expect(page.locator("#table-3 .copy")).to_have_text("Copied")
    first = [line.split("\t")[0] for line in page.evaluate("navigator.clipboard.readText()").splitlines()]
    assert first[1:] == [guarded(" ".join(visible(name).split())) for name in HOSTILE]
    assert {"'＝1+1", "'＠SUM(A1:A9)", "''=1+1", "'-2+3"} <= set(first)


def test_a_card_leads_to_its_row(opened):
    page = opened("en").ready()
    page.locator(".card .traced").first.click()
    page.locator(".panel dl a").first.click()
    assert page.evaluate("document.querySelector(':target').dataset.row") == "stack"


def test_keyboard_reaches_the_report_first(opened):
    page = opened("en").ready()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"


@pytest.mark.parametrize("width", [360, 1280])
def test_index_filters_by_words(opened, width):
    one = opened("index", viewport={"width": width, "height": 800})
    page = one.page
    page.locator("#filter").fill("收入 zh")
    assert page.locator(".run:visible").count() == 0
    page.locator("#filter").fill("收入")
    assert page.locator(".run:visible").count() == 1
    assert page.locator("#count").text_content() == "Runs: 1"
    assert one.said == []
    assert _fits(page)

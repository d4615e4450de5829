"""Pages for everybody: axe-core finds nothing, tables sort and unfold by keyboard, print and links open what is folded."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from demo import demo_blocks, hostile_blocks, long_blocks, meta, notebook

from valuekit.report.extract import extract
from valuekit.report.index import RunSummary, render_index
from valuekit.report.page import render

pytestmark = pytest.mark.slow

SEEN = [(scheme, {"width": width, "height": 900}) for width in (1440, 360) for scheme in ("light", "dark")]
RUNS = [
    RunSummary(
        "miit", f"{day}" * 32, "Connections", "About 6 %.", "forecast", "en", "2025-12", status, f"2026-01-0{day}",
        "a.html", folder="miit/a", files=("report.pdf",), signed=("preparer",), figure="P", shown="6 %", number=0.06 / day,
    )
    for day, status in enumerate(("succeeded", "not_approved"), start=1)
]  # fmt: skip


def _page(language, extra):
    blocks = [*demo_blocks(language), *long_blocks(), *extra]
    run = meta(status="not_approved", not_approved=("draws",), approved={"draws": "1000 to 8000"})
    return render(extract(notebook(blocks, language), language), run, language)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("pages")
    for language, extra in (("en", hostile_blocks()), ("zh", [])):
        (made / f"{language}.html").write_text(_page(language, extra), encoding="utf-8")
        (made / f"index-{language}.html").write_text(render_index(RUNS, language), encoding="utf-8")
    return made


@pytest.fixture
def opened(browser, folder):
    contexts = []

    def opener(name, **given):
        contexts.append(browser.new_context(offline=True, **given))
        page = contexts[-1].new_page()
        page.said = []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto((folder / f"{name}.html").as_uri())
        if not name.startswith("index"):
            page.wait_for_selector("html[data-ready=true]", timeout=60_000)
        return page

    yield opener
    for context in contexts:
        context.close()


def _violations(page):
    found = Axe().run(page).response["violations"]
    return {each["id"]: [node["html"][:120] for node in each["nodes"]] for each in found}


@pytest.mark.parametrize("name", ["en", "zh", "index-en", "index-zh"])
def test_axe_finds_nothing_and_the_console_is_silent(opened, name):
    page = opened(name)
    page.evaluate("document.querySelectorAll('details:not([name])').forEach((each) => { each.open = true; })")
    for scheme, viewport in SEEN:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(viewport)
        assert _violations(page) == {}, (scheme, viewport)
        assert page.said == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_axe_would_find_something(opened):
    page = opened("index-en")
    page.evaluate("document.querySelector('#filter').labels[0].remove()")
    page.evaluate("document.querySelector('#filter').removeAttribute('placeholder')")
    assert "label" in _violations(page)


def _shown(page):
    return page.locator("#table-3 tbody tr td").all_text_contents()


def test_a_column_sorts_by_keyboard_with_its_totals_below(opened):
    """Values 0 to 39 once each, none in row 03; row 39, the total, holds 33."""
    page = opened("en", viewport={"width": 1280, "height": 900})
    page.locator("[href='#table-3']").first.click()
    header = page.locator("#table-3 th").nth(1)
    header.locator("button").focus()
    page.keyboard.press("Enter")
    assert header.get_attribute("aria-sort") == "ascending"
    up = [float(number) for number in _shown(page)[:-2]]
    assert up == sorted(up)
    assert _shown(page)[-1] == "33.0"
    page.keyboard.press("Space")
    assert header.get_attribute("aria-sort") == "descending"
    assert [float(number) for number in _shown(page)[:-2]] == up[::-1]
    assert page.locator("#table-3 tbody tr").last.get_attribute("data-row") == "r39"
    page.keyboard.press("Enter")
    assert header.get_attribute("aria-sort") is None
    assert page.locator("#table-3 tbody tr").nth(1).get_attribute("data-row") == "r1"


def test_a_page_of_many_tables_folds_what_no_figure_cites(opened):
    page = opened("en")
    assert page.locator("details.folded").count() == 11
    assert not page.locator("#table-4 table").is_visible()
    page.goto(f"{page.url.partition('#')[0]}#table-4-row-30")
    assert page.locator("#table-4 tbody tr").nth(29).is_visible()


def test_a_long_table_scrolls_inside_itself_until_all_rows_are_asked_for(opened):
    page = opened("en")
    page.locator("[href='#table-5']").first.evaluate("(link) => link.click()")
    region = page.locator("#table-5 .scroll")
    assert region.evaluate("(box) => box.scrollHeight > box.clientHeight")
    page.locator("#table-5 .more summary").click()
    assert region.evaluate("(box) => box.scrollHeight === box.clientHeight")


@pytest.mark.parametrize("scripts", [True, False])
def test_print_shows_every_row_of_folded_tables(browser, folder, scripts):
    context = browser.new_context(java_script_enabled=scripts)
    page = context.new_page()
    page.goto((folder / "en.html").as_uri())
    page.emulate_media(media="print")
    heights = (
        page.locator("details.folded table").evaluate_all(
            "(tables) => tables.map((table) => table.getBoundingClientRect().height)"
        )
        if scripts
        else [page.locator("details.folded table").nth(3).bounding_box()["height"]]
    )
    context.close()
    assert min(heights) > 200


def test_the_contents_follow_the_reader(opened):
    page = opened("en", viewport={"width": 1440, "height": 900})
    page.locator("#method").scroll_into_view_if_needed()
    page.evaluate("document.getElementById('method').scrollIntoView()")
    page.wait_for_selector(".contents.wide a[aria-current=true][href='#method']")


def test_the_index_can_be_filtered_by_status(opened):
    page = opened("index-en")
    page.locator("#by-status").select_option("not_approved")
    assert page.locator(".run:visible").count() == 1
    assert page.locator("#count").text_content() == "Runs: 1"

"""The page as text: order, figures by id, hostile content, policy, the same bytes each time."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from demo import HOSTILE, RUN, demo_blocks, hostile_blocks, meta, notebook

from valuekit.report.blocks import Banner, Chart, Headline, Table
from valuekit.report.extract import Markdown, extract, figures
from valuekit.report.numbers import format_value
from valuekit.report.page import render
from valuekit.report.trusted import as_script, bound, embedded_json, markdown, visible

_VOID = {"meta", "path", "br", "input", "img", "link", "hr"}


class _Page(HTMLParser):
    """Elements with their attributes, text of data elements, scripts and styles, and what is not closed."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.elements, self.open, self.unbalanced = [], [], []
        self.content = {"script": [], "style": []}
        self.numbers, self.text = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag == "data":
            self.numbers.append((dict(attrs), ""))
        if tag in self.content:
            self.content[tag].append("")
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in _VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, words):
        inside = self.open[-1] if self.open else ""
        if inside in self.content:
            self.content[inside][-1] += words
        else:
            self.text.append(words)
        if inside == "data":
            attrs, _ = self.numbers[-1]
            self.numbers[-1] = (attrs, words)

    def attributes(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]


def _items(language="en", extra=()):
    return extract(notebook([*demo_blocks(language), *extra], language), language)


@pytest.fixture(scope="module", params=["en", "zh"])
def language(request):
    return request.param


@pytest.fixture(scope="module")
def html(language):
    return render(_items(language), meta(), language)


@pytest.fixture(scope="module")
def page(html):
    return _Page(html)


@pytest.fixture(scope="module")
def hostile():
    return _Page(
        render(
            _items("en", hostile_blocks()), meta(name=HOSTILE[0], parameters={HOSTILE[0]: HOSTILE[1]}), "en"
        )
    )


def test_every_element_is_closed_and_every_id_unique(page):
    assert page.unbalanced == []
    assert page.open == []
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_inner_links_lead_somewhere(page):
    ids = {attrs["id"] for _, attrs in page.elements if "id" in attrs}
    targets = {attrs["href"] for attrs in page.attributes("a")}
    assert targets
    assert all(target.startswith("#") and target[1:] in ids for target in targets)


def test_order_is_banner_title_headline_charts_tables_method(html):
    marks = [
        'class="banners"',
        "<h1>",
        'id="headline"',
        'id="charts"',
        'id="tables"',
        'id="method"',
        "<footer>",
    ]
    body = html[html.index("<body>") :]
    places = [body.index(mark) for mark in marks]
    assert places == sorted(places)


def test_language_of_the_page(page, language):
    assert page.attributes("html")[0]["lang"] == {"en": "en", "zh": "zh-Hans"}[language]


def test_figures_are_printed_through_their_id_with_their_raw_value(page, language):
    values = figures(_items(language))
    printed = {(attrs["data-figure"], attrs["data-part"]): (attrs, shown) for attrs, shown in page.numbers}
    assert {figure for figure, _ in printed} == set(values)
    for (name, part), (attrs, shown) in printed.items():
        figure = values[name]
        mcse = float(attrs["data-mcse"]) if "data-mcse" in attrs else None
        assert attrs["value"] == str(figure[part])
        assert shown == format_value(figure[part], figure["unit"], language, mcse=mcse)


def test_digits_of_a_probability_follow_the_error_in_its_table(page):
    attrs, shown = next((a, s) for a, s in page.numbers if a["data-part"] == "low")
    assert (attrs["data-mcse"], attrs["value"]) == ("0.0021", "0.021")
    assert shown.replace(" ", "") == "2%"


def test_change_against_the_previous_run(html, language):
    assert {"en": "+1.3 pp against the previous run", "zh": "较上次运行 +1.3 个百分点"}[language] in html


def test_a_card_links_to_the_row_it_comes_from(html):
    anchor = re.search(r'<a href="#(table-2-row-6)">', html)
    assert anchor
    assert f'<tr id="{anchor.group(1)}" data-row="total" class="total">' in html


def test_charts_are_drawn_without_scripts_too(page):
    drawn = [attrs for attrs in page.attributes("svg") if attrs.get("focusable") == "false"]
    assert len(drawn) == 4
    assert all(attrs["aria-hidden"] == "true" and "viewbox" in attrs for attrs in drawn)
    assert all(attrs["aria-label"] for attrs in page.attributes("div") if attrs.get("role") == "img")


def test_static_charts_keep_text_as_text(html, language):
    assert {"en": ">Terminal</text>", "zh": ">终端</text>"}[language] in html


def test_policy_names_each_script_and_style_and_nothing_else(page):
    policy = next(
        a["content"] for a in page.attributes("meta") if a.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    assert "http" not in policy
    kinds = [attrs.get("type") for attrs in page.attributes("script")]
    sources = [s for s, kind in zip(page.content["script"], kinds, strict=True) if kind != "application/json"]
    for source in (*sources, *page.content["style"]):
        assert f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'" in policy


def test_nothing_in_the_page_that_the_policy_would_refuse(page):
    for _, attrs in page.elements:
        assert "style" not in attrs
        assert not any(name.startswith("on") for name in attrs)
        assert "src" not in attrs
    assert page.attributes("link") == []


def test_the_chart_library_stands_once_and_the_page_is_small(html):
    assert html.count("window.vegaEmbed=") == 1
    assert len(html.encode()) < 1_600_000


def test_a_page_without_charts_carries_no_library():
    items = [item for item in _items() if not isinstance(item, Chart)]
    html = render(items, meta(), "en")
    assert len(html) < 60_000
    assert 'id="charts"' not in html


def test_the_same_input_gives_the_same_bytes(html, language):
    assert render(_items(language), meta(), language) == html


def test_print_style_names_the_run_on_a4(html):
    assert "@page { size: A4;" in html
    assert f"content: 'valuekit {RUN}'" in html


def test_totals_are_ruled_off_and_numbers_keep_their_exact_text(html):
    assert '<tr id="table-2-row-6" data-row="total" class="total">' in html
    assert '<td class="number" data-raw="45271000500.50">45,271,000,500.50</td>' in html


def test_not_approved_is_the_first_thing_said():
    html = render(
        [item for item in _items() if not isinstance(item, (Chart, Banner))],
        meta(status="not_approved", not_approved=("draws",)),
        "en",
    )
    before_the_title = html[html.index("<body>") : html.index("<h1>")]
    assert "Not approved" in before_the_title
    assert "draws" in before_the_title


def test_a_page_of_no_inputs_and_no_parameters_says_so():
    items = [item for item in _items() if not isinstance(item, (Chart, Headline, Table))]
    html = render(items, meta(inputs=(), parameters={}, seed=None, previous={}), "en")
    assert "This run read no input." in html
    assert "This run has no parameters." in html


def test_inputs_parameters_and_provenance_are_printed(html):
    for words in (
        "china_mobile_iot/connections",
        "9f" * 32,
        "612.34",
        "target.threshold",
        "36.0",
        "ab" * 32,
        "pymc 6.4.0",
        RUN,
    ):
        assert words in html


def test_approved_ranges_stand_beside_their_parameters():
    items = [item for item in _items() if not isinstance(item, Chart)]
    html = render(items, meta(approved={"draws": "1000 to 8000"}), "en")
    assert "<td>1000 to 8000</td>" in html


def test_markdown_stands_above_its_chart(html, language):
    words = {"en": "How to read the fan", "zh": "如何阅读扇形图"}[language]
    assert html.index('id="charts"') < html.index(f"<h3>{words}</h3>") < html.index('id="chart-1" data-chart')


# --- hostile content -----------------------------------------------------------------------


def test_hostile_content_adds_no_element(hostile):
    usual = {tag for tag, _ in _Page(render(_items(), meta(), "en")).elements}
    assert {tag for tag, _ in hostile.elements} <= usual | {"code"}
    assert hostile.unbalanced == []
    assert len(hostile.attributes("script")) == 3 + 5  # charts, page, traces; one spec a chart


def test_hostile_content_is_shown_as_text(hostile):
    words = "".join(hostile.text)
    for name in HOSTILE:
        assert visible(name) in words


def test_reordering_characters_are_shown_by_their_code(hostile):
    assert "invoice[U+202E]fdp.exe" in "".join(hostile.text)
    assert "\u202e" not in "".join((*hostile.text, *hostile.content["script"]))


def test_hostile_json_cannot_end_its_script(hostile):
    specs = [words for words in hostile.content["script"] if words.lstrip().startswith('{"$schema"')]
    assert len(specs) == 5
    assert all("<" not in spec for spec in specs)


def test_markdown_knows_no_html_no_images_and_no_script_links():
    html = markdown(
        "# A\n<b onclick=x>b</b> ![i](http://x/y.png) [l](javascript:alert(1))\n\n|a|\n|-:|\n|1|", 3
    )
    assert "<h3>A</h3>" in html
    assert not re.search(r"<(b|img)\b|href=.javascript|style=", html)
    assert '<td class="number">1</td>' in html


def test_scripts_and_json_cannot_close_their_element():
    assert "</script" not in as_script("x = '</script>'; y = '</SCRIPT '")
    assert str(embedded_json({"a": "</script><!--"})) == '{"a":"\\u003c/script>\\u003c!--"}'


def test_no_break_spaces_bind_numbers_to_their_words():
    assert (
        bound("6 % of CNY 4.5 billion, 36 亿, 5 people")
        == "6\xa0% of CNY\xa04.5\xa0billion, 36\xa0亿, 5 people"
    )


def test_several_headlines_are_one_row_of_cards():
    items = list(_items())
    first = next(item for item in items if isinstance(item, Headline))
    split = [replace(first, figures=first.figures[:2]), replace(first, figures=first.figures[2:])]
    items = [item for item in items if not isinstance(item, (Headline, Chart))] + split
    assert _Page(render(items, meta(), "en")).numbers[-1][0]["data-figure"] == "value.wide"


def test_markdown_that_introduces_nothing_tells_how_it_was_made():
    items = [item for item in _items() if not isinstance(item, Chart)] + [
        Markdown("Last words.", introduces=False)
    ]
    html = render(items, meta(), "en")
    assert html.index('id="method"') < html.index("Last words.")

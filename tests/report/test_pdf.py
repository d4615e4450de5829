"""The printed report: the same bytes twice, the run on every sheet, no boxes, nothing that a name could do."""

import re
import zlib
from dataclasses import replace

import pytest
import typst
from demo import HOSTILE, RUN, demo_blocks, hostile_blocks, meta, notebook

from valuekit.report import fonts, pdf
from valuekit.report.blocks import Chart, Title
from valuekit.report.drawings import Drawings
from valuekit.report.extract import extract
from valuekit.report.fonts import NoFont, families, needs_cjk
from valuekit.report.pdf import render_pdf
from valuekit.report.pdf_content import LONGEST, content, prose, shown

FINISHED = "2026-11-23T08:00:00Z"


def _items(language="en", extra=(), *, charts=1):
    blocks = [block for block in demo_blocks(language) if not isinstance(block, Chart)]
    drawn = [block for block in demo_blocks(language) if isinstance(block, Chart)][:charts]
    return extract(notebook([*blocks, *drawn, *extra], language), language)


def _streams(made: bytes) -> list[bytes]:
    """What a PDF draws and how its letters are coded, unpacked."""
    found = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", made, re.DOTALL)
    unpacked = []
    for each in found:
        try:
            unpacked.append(zlib.decompress(each))
        except zlib.error:
            unpacked.append(each)
    return unpacked


@pytest.fixture(scope="module", params=["en", "zh"])
def language(request):
    return request.param


@pytest.fixture(scope="module")
def made(language):
    return render_pdf(_items(language), meta(finished=FINISHED), language)


def test_equal_input_gives_equal_bytes(made, language):
    assert made == render_pdf(_items(language), meta(finished=FINISHED), language)


def test_sheets_are_a4_and_the_file_is_archival(made):
    width, height = re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", made).groups()
    assert (round(float(width)), round(float(height))) == (595, 842)
    assert b"pdfaid:part>2<" in b"".join([made, *_streams(made)]).replace(b"\n", b"")


def test_the_date_is_that_of_the_run(made):
    assert b"D:20261123080000" in b"".join([made, *_streams(made)])


def test_the_footer_has_the_whole_digest_and_page_numbers():
    template = str(pdf.trusted.source("report.typ"))
    assert "#report.run" in template
    assert "counter(page).final()" in template
    assert content(_items(), meta(), "en", drawings=Drawings())["run"] == RUN


def test_the_content_follows_the_order_of_the_page(language):
    said = content(_items(language), meta(), language, drawings=Drawings())
    assert [len(said[part]) for part in ("banners", "cards", "charts", "tables")] == [1, 4, 1, 2]
    assert said["tables"][1]["rows"][-1]["total"]
    assert [one["numeric"] for one in said["tables"][1]["head"]] == [False, False, True, True, True]


def test_hostile_names_are_set_as_text():
    blocks = hostile_blocks()
    items = _items("en", [replace(blocks[0], id="bad"), blocks[1]], charts=0)
    made = render_pdf(items, meta(name='#panic("x")', parameters={"#eval": '#read("/etc/passwd")'}), "en")
    assert made.startswith(b"%PDF-1.7")


@pytest.mark.parametrize(
    "name",
    ['#read("/etc/passwd")', "#panic()", "$x$", "*bold*", "= Heading", "@cite", "<label>", '"]', "\\u{41}"],
)
def test_what_typst_would_take_for_markup_is_a_value(name):
    """Were the sentence markup, typst would stop or set another text: no letter of it may be missing."""
    items = [
        replace(item, sentence=name) if isinstance(item, Title) else item for item in _items("en", charts=0)
    ]
    given = content(items, meta(), "en", drawings=Drawings())
    assert given["sentence"].replace("\u200b", "") == name
    assert render_pdf(items, meta(), "en").startswith(b"%PDF")


def test_the_template_reads_no_file_and_evaluates_nothing():
    template = str(pdf.trusted.source("report.typ"))
    for forbidden in ("read(", "eval(", "#import", "#include", "plugin(", "csv(", "yaml("):
        assert forbidden not in template


def test_without_a_chinese_font_nothing_is_drawn_and_the_package_is_named(monkeypatch):
    monkeypatch.setattr(fonts, "installed", lambda: frozenset({"Liberation Sans"}))
    with pytest.raises(NoFont, match="fonts-noto-cjk"):
        render_pdf(_items("zh", charts=0), meta(), "zh")
    assert families("2.888 billion", "en") == ["Liberation Sans"]


def test_the_system_decides_which_fonts_are_taken(monkeypatch):
    monkeypatch.setattr(fonts, "installed", lambda: frozenset({"PingFang SC", "SimSun", "Helvetica"}))
    assert families("亿", "zh") == ["PingFang SC", "Helvetica"]
    assert families("亿", "en") == ["Helvetica", "PingFang SC"]


def test_without_any_of_the_families_the_one_inside_typst_is_left(monkeypatch):
    monkeypatch.setattr(fonts, "installed", frozenset)
    assert families("plain", "en") == ["Libertinus Serif"]
    assert "Libertinus Serif" in typst.Fonts(include_system_fonts=False).families()


@pytest.mark.parametrize("text", ["亿", "，", "（", "カ", "한", "㐀", "𠀀", "豈"])
def test_letters_that_need_such_a_font(text):
    assert needs_cjk(f"a {text}")
    assert not needs_cjk("a–b “c” × € ≥ é")


def test_a_letter_that_no_font_has_is_shown_by_its_code_point():
    """U+16A0 (a rune) and U+1F300 (an emoji) stand in no family we ask for."""
    items = [
        replace(item, sentence="rune \u16a0, storm \U0001f300") if isinstance(item, Title) else item
        for item in _items("en", charts=0)
    ]
    seen = []
    original = pdf._compiled

    def watched(report, run):
        seen.append(report["sentence"])
        return original(report, run)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pdf, "_compiled", watched)
        render_pdf(items, meta(), "en")
    drawn = seen[-1]
    assert "\u16a0" in drawn or "[U+16A0]" in drawn.replace("\u200b", "")


def test_long_names_are_cut_with_their_length_and_long_words_may_break():
    cut = shown("x" * 10_000, LONGEST)
    assert cut.replace("\u200b", "").startswith("x" * LONGEST + "… (10,000)")
    assert max(map(len, re.split("[\u200b ]", cut))) <= 18
    assert shown("plain words stay") == "plain words stay"


def test_markdown_becomes_plain_text():
    assert prose("## Head\n\nHalf *dark*\nband.\n\n- one\n") == [
        {"kind": "heading", "words": "Head"},
        {"kind": "paragraph", "words": "Half dark band."},
        {"kind": "item", "words": "one"},
    ]


def test_hostile_names_all_reach_the_table():
    items = _items("en", hostile_blocks()[1:], charts=0)
    rows = content(items, meta(), "en", drawings=Drawings())["tables"][-1]["rows"]
    assert len(rows) == len(HOSTILE)
    assert rows[6]["cells"][0]["shown"].replace("\u200b", "") == "invoice[U+202E]fdp.exe"

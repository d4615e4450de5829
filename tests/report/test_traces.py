"""The trace of a figure as a block: it adds up, it speaks both languages, and hostile names stay text."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from demo import HOSTILE, demo_blocks, meta

from valuekit.domain.figure import Figure
from valuekit.report.blocks import (
    Chart,
    FigureTrace,
    Headline,
    Table,
    TableColumn,
    TracePart,
    Traces,
    from_json,
    to_json,
)
from valuekit.report.cards import cards
from valuekit.report.page import render
from valuekit.report.trace_checks import check_traces, part_total
from valuekit.report.trace_draws import forecast_traces
from valuekit.report.trace_panel import panels, trace_command
from valuekit.report.trace_value import value_traces

WIDE = Figure("value.wide", "12.50", "CNY", scope="wide@1", table="t", row="wide", column="amount_minor")


def _told(*, rule="card", reason="because", book="book@1"):
    row = {"seq": 0, "step": "billed", "carrier": "card", "evidence": "direct", "treatment": "gross"}
    return {
        "figure": {"id": WIDE.id, **WIDE.as_dict()},
        "period": "total",
        "book": book,
        "cells": [
            {key: row[key] for key in ("step", "carrier", "evidence", "treatment")} | {"amount_minor": 1250}
        ],
        "steps": {"billed": 1250},
        "balance": [],
        "rules": [{"rule_id": rule, "carrier": "card", "reason": reason, "amount_minor": 1000}],
        "rules_in_all": 3,
        "rows": [{**row, "line_id": "L1", "rule_id": rule, "period": "2025-01", "amount_minor": 700}],
        "rows_in_all": 41,
        "value_minor": 1250,
        "cells_minor": 1250,
        "rows_minor": 1250,
        "inputs": {"rules": "0" * 64},
    }


def _forecast():
    figure = Figure(
        "connections.probability", 0.25, "probability", tier="estimated", table="t", row="r", column="p"
    )
    return figure, {
        "figure": {"id": figure.id, **figure.as_dict()},
        "as_of": "2025-12",
        "unit": "1e8 connections",
        "draws": {"file": "tables/draws.parquet", "sha256": "a" * 64, "count": 4000},
        "weights": [{"model": "bass", "role": "pooled", "weight": 1.0, "median": 33.0, "probability": 0.25}],
        "points": [
            {
                "period": f"2025-{month:02}",
                "value": 28.0,
                "rounding": 0.005,
                "confidence": "high",
                "note": "n",
            }
            for month in range(12, 0, -1)
        ],
        "statistics": [("share_above", "2027-12", 36.0, 0.25)],
        "cells": [],
    }


def _headline(*figures):
    return Headline(tuple(figures), {figure.id: figure.id for figure in figures})


def test_each_part_of_an_amount_adds_up_to_it_with_a_row_for_the_rest():
    (trace,) = value_traces([_told()], [WIDE], language="en").traces
    assert [part.id for part in trace.parts] == ["cells", "rules", "journal"]
    assert [part_total(part) for part in trace.parts] == [1250, 1250, 1250]
    rules, journal = trace.parts[1:]
    assert (rules.rows[-1][-1], rules.labels["rule_id"]["rest"]) == (250, "2 further rules")
    assert (journal.rows[-1][-1], journal.labels["line_id"]["rest"]) == (550, "40 further journal rows")
    assert trace.sentence.endswith("Rules of book@1 that decide: 3, card the most: 10.00.")
    assert [*check_traces([_headline(WIDE), Traces((trace,))])] == []


def test_a_part_that_does_not_add_up_is_found():
    told = _told()
    told["cells"][0]["amount_minor"] = 1249
    found = [*check_traces([_headline(WIDE), value_traces([told], [WIDE], language="en")])]
    assert [(f.source, f.problem) for f in found] == [
        ("trace of 'value.wide', part 'cells'", "adds up to 1249 minor units, the figure is 12.50")
    ]


def test_a_trace_of_a_figure_that_no_card_shows_or_that_stands_twice_is_found():
    trace = FigureTrace("value.wide", "", ())
    found = [*check_traces([Traces((trace, trace))])]
    assert [f.problem for f in found] == [
        "no card shows this figure",
        "stands twice",
        "no card shows this figure",
    ]


def test_only_figures_on_cards_are_traced():
    assert value_traces([_told()], [WIDE], language="en", only=["value.ledger"]).traces != ()
    other = replace(WIDE, id="value.component")
    assert value_traces([_told()], [WIDE, other], language="en", only=["value.component"]).traces == ()


def test_a_forecast_is_told_by_draws_weights_and_months():
    figure, told = _forecast()
    (trace,) = forecast_traces([told], [figure], language="en").traces
    assert [part.id for part in trace.parts] == ["draws", "weights", "points"]
    assert trace.parts[0].rows == (("share_above", "2027-12", 36.0, 0.25),)
    assert "a" * 64 in trace.parts[0].note
    assert (trace.parts[2].more, trace.parts[2].labels["month"]["rest"]) == (6, "6 earlier months")
    assert all(part_total(part) is None for part in trace.parts)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_block_reads_back_as_it_was(language):
    figure, told = _forecast()
    for block in (
        value_traces([_told()], [WIDE], language=language),
        forecast_traces([told], [figure], language=language),
    ):
        assert from_json(to_json(block)) == block


def test_chinese_traces_speak_chinese():
    (trace,) = value_traces([_told()], [WIDE], language="zh").traces
    assert [part.title for part in trace.parts] == ["计算过程", "判定规则", "分录前几行"]
    assert trace.parts[0].labels["carrier"] == {"card": "卡 (连接)"}


def test_the_command_names_run_and_figure():
    made = replace(meta(), started="2026-01-31T08:00:00Z")
    command = trace_command(made, "value.wide; rm -rf x")
    assert command == f"valuekit trace {made.name}/20260131T080000Z-{made.run_id[:12]} 'value.wide; rm -rf x'"


def test_a_card_without_a_trace_names_cell_inputs_and_command():
    table = Table(
        "t", "T", "", "", (TableColumn("amount_minor", "A", "minor", "CNY"),), ("wide",), ((1250,),)
    )
    shown = [*cards(_headline(WIDE), (table,), meta=meta(), language="en")]
    (panel,) = panels(shown, [], meta=meta(), language="en")
    assert (panel.parts, panel.anchor, panel.card.anchor) == ((), "trace-1", "table-1-row-1")
    assert panel.inputs == tuple((given.name, given.sha256) for given in meta().inputs)


class _Elements(HTMLParser):
    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.tags, self.text, self.ids = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_data(self, data):
        self.text.append(data)


def _page(trace):
    blocks = [block for block in demo_blocks("en") if not isinstance(block, Chart)]
    first = next(block for block in blocks if isinstance(block, Headline)).figures[0]
    return render([*blocks, Traces((replace(trace, figure=first.id),))], meta(), "en")


def test_every_card_leads_to_a_panel_of_its_own():
    page = _Elements(_page(FigureTrace("f", "", ())))
    count = sum(len(b.figures) for b in demo_blocks("en") if isinstance(b, Headline))
    assert [name for name in page.ids if name.startswith("trace-")] == [
        f"trace-{k}" for k in range(1, count + 1)
    ]
    assert page.tags.count("details") >= count


def test_hostile_names_are_text_in_a_panel():
    column = TableColumn("rule_id", HOSTILE[0], "text")
    part = TracePart("rules", HOSTILE[7], (column,), tuple((name,) for name in HOSTILE), note=HOSTILE[1])
    calm = _Elements(_page(FigureTrace("f", "", (replace(part, rows=(("x",),) * len(HOSTILE), note="n"),))))
    wild = _Elements(_page(FigureTrace("f", HOSTILE[0], (part,), {HOSTILE[0]: "0" * 64})))
    assert wild.tags.count("script") == calm.tags.count("script")
    assert set(wild.tags) == set(calm.tags)
    assert HOSTILE[0] in "".join(wild.text)

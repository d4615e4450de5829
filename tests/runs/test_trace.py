"""valuekit trace: from a figure, or a line, of a finished run to what it was made of, computed again."""

import json
import shutil

import polars as pl
import pytest

from tests.runs.finished_runs import attributed, forecast, per_connection
from valuekit.errors import InvalidInput
from valuekit.report.trace_draws import forecast_traces
from valuekit.runs.record.crate import CRATE
from valuekit.runs.record.digests import digest_of
from valuekit.runs.tracing.trace import trace_run
from valuekit.runs.tracing.trace_text import shown


@pytest.fixture
def run(project):
    return attributed(project)


def _resealed(folder):
    """Write the digests of all files anew, as whoever changes a file and the record together."""
    record = json.loads((folder / CRATE).read_text(encoding="utf-8"))
    for entity in record["@graph"]:
        if entity.get("@type") == "File":
            entity["sha256"] = digest_of(folder / entity["@id"])
    (folder / CRATE).write_text(json.dumps(record), encoding="utf-8")


def test_an_amount_leads_to_cell_steps_rules_and_journal_rows(run):
    found = trace_run(run, "value.wide")
    assert found.told["cell"] == {
        "file": "tables/bounds.csv", "row": "wide/total", "column": "known_minor", "text": "100.00",
    }  # fmt: skip
    assert {(c["step"], c["carrier"]): c["amount_minor"] for c in found.told["cells"]} == {
        ("billed", "card"): 10000, ("billed", "terminal"): 0, ("billed", "platform"): 0,
        ("reallocated", "card"): -8000, ("reallocated", "terminal"): 7500, ("reallocated", "platform"): 500,
    }  # fmt: skip
    assert [(rule["rule_id"], rule["amount_minor"], rule["lines"]) for rule in found.told["rules"]] == [
        ("term", 7500, 1), ("card", 2000, 1), ("plat", 500, 1),
    ]  # fmt: skip
    assert found.told["rules"][0]["match"] == {"product_code": ["TERM"]}
    assert found.told["rules"][0]["book"] == "by_hand@1"
    assert found.told["rows_in_all"] == len(found.told["rows"]) == 6


def test_all_that_is_shown_adds_up_to_the_figure(run):
    found = trace_run(run, "value.wide")
    assert found.ok
    assert {proof.found for proof in found.proofs} == {"100.00"}
    assert len(found.proofs) == 4 + 3  # cell, rows, steps, rules; the three parts of the page


def test_every_figure_of_a_run_can_be_traced(run):
    for name in json.loads((run / "figures.json").read_text(encoding="utf-8")):
        found = trace_run(run, name)
        assert found.ok, (name, [proof for proof in found.proofs if not proof.ok])


def test_the_difference_leads_to_the_ledger_and_what_became_of_it(run):
    found = trace_run(run, "value.difference")
    (balance,) = found.told["parts"]
    assert balance["rows"] == [
        ["ledger_minor", "107.00"], ["attributed_minor", "-100.00"], ["unattributed_minor", "-7.00"],
    ]  # fmt: skip
    assert found.proofs[-1].what == "sum of what the page shows under 'What it is made of'"


def test_a_line_leads_to_its_rule_pool_prices_weights_and_remainders(run):
    found = trace_run(run, "L2")
    (card, terminal, platform) = found.told["pool"]["lines"]
    assert [line["allocated_minor"] for line in (card, terminal, platform)] == [2000, 7500, 500]
    assert (terminal["ssp_minor"], terminal["share"], terminal["shares"]) == (30000, 30000, 40000)
    assert found.told["rule_text"]["reason"] == "Free."
    assert found.ok
    assert [proof.what for proof in found.proofs] == [
        "billed in the journal", "journal rows, computed again", "allocated to the lines of its pool",
    ]  # fmt: skip


def test_a_line_without_a_rule_is_told_too(run):
    found = trace_run(run, "L4")
    assert found.told["rule"] is None
    assert found.ok


def test_an_unknown_figure_names_the_nearest_and_lists_all(run):
    with pytest.raises(InvalidInput, match=r"no such figure.*did you mean 'value\.wide'.*value\.ledger"):
        trace_run(run, "value.wid")


def test_without_the_inputs_rules_are_as_printed_and_the_note_says_so(run, project):
    (project / "rules.yaml").unlink()
    found = trace_run(run, "value.wide")
    assert found.ok
    assert found.told["rules"][0]["reason"] == "Free."
    assert "rules.yaml) is not here" in found.notes[0]
    assert {given.name: given.state for given in found.inputs}["rules"] == "not here"


def test_a_line_is_not_computed_again_from_changed_inputs(run, project):
    (project / "ledger.csv").write_text("line_id\n", encoding="utf-8")
    found = trace_run(run, "L2")
    assert found.proofs == ()
    assert [row["amount_minor"] for row in found.told["journal"]] == [0, 7500]
    assert "ledger.csv): changed" in found.notes[0]


def test_copies_of_the_inputs_are_known_by_their_digest(run, project):
    (project / "copies").mkdir()
    shutil.move(project / "ledger.csv", project / "copies" / "another name.csv")
    found = trace_run(run, "L2", searched=project / "copies")
    assert found.ok
    assert len(found.proofs) == 3


def test_a_journal_that_is_not_the_recorded_one_is_refused(run):
    (part,) = (run / "tables" / "journal").glob("*.parquet")
    part.write_bytes(part.read_bytes()[:-1] + b"x")
    with pytest.raises(InvalidInput, match="is not the file that the record names"):
        trace_run(run, "value.wide")


def test_a_journal_changed_with_its_record_no_longer_proves_the_figure(run):
    (part,) = (run / "tables" / "journal").glob("*.parquet")
    pl.read_parquet(part).with_columns(amount_minor=pl.col("amount_minor") + 1).write_parquet(part)
    _resealed(run)
    assert not trace_run(run, "value.wide").ok
    assert [proof.what for proof in trace_run(run, "L1").proofs if not proof.ok] == [
        "billed in the journal", "journal rows, computed again",
    ]  # fmt: skip


def _told(figure, draws, *, value=0.5):
    return forecast_traces(
        [
            {
                "figure": {"id": figure.id, **figure.as_dict()},
                "as_of": "2025-12",
                "unit": "",
                "draws": {"file": "tables/draws.parquet", "sha256": digest_of(draws), "count": 4},
                "weights": [
                    {"model": "bass", "role": "pooled", "weight": 1.0, "median": 3.0, "probability": 0.5}
                ],
                "points": [{"period": "2025-12", "value": 28.88}],
                "statistics": [
                    ("share_above", "2027-12", 36.0, value), ("quantile", "2027-12", 0.5, 35.5),
                ],
                "cells": [],
            }
        ],
        [figure],
        language="en",
    )  # fmt: skip


def test_a_forecast_leads_to_its_draws_which_say_it_again(project):
    found = trace_run(forecast(project, _told), "connections.probability")
    assert found.ok
    assert [part["id"] for part in found.told["parts"]] == ["draws", "weights"]
    assert ("share of 4 draws of 2027-12 above 36.0", "0.5") in {(p.what, p.found) for p in found.proofs}
    assert ("quantile 0.5 of 4 draws of 2027-12", "35.5") in {(p.what, p.found) for p in found.proofs}


def test_a_forecast_leads_to_published_months_with_who_published_them(project):
    found = trace_run(forecast(project, _told), "connections.probability")
    assert found.told["points"] == [
        {
            "period": "2025-12",
            "value": "28.88",
            "rounding": "",
            "confidence": "",
            "note": "",
            "source": "the ministry",
        }
    ]


def test_draws_that_do_not_say_the_figure_are_named(project):
    run = forecast(project, lambda figure, draws: _told(figure, draws, value=0.75))
    found = trace_run(run, "connections.probability")
    assert [proof.what for proof in found.proofs if not proof.ok] == [
        "share of 4 draws of 2027-12 above 36.0", "the figure's value is one of these statistics",
    ]  # fmt: skip


def test_revenue_per_connection_leads_to_amount_months_and_counts(project):
    """1,234,500.00 in six months for 3 million connections on average: 0.82 a year (0.823)."""
    found = trace_run(per_connection(project, 123_450_000), "value.per_connection")
    assert found.ok
    (part,) = found.told["parts"]
    assert part["rows"][:3] == [["amount", "1234500.00"], ["months", "6"], ["opening", "2.0"]]
    assert found.proofs[-1].found == "0.82"


def test_a_rate_that_its_parts_do_not_give_is_named(project):
    found = trace_run(per_connection(project, 123_450_000, value=83), "value.per_connection")
    assert [proof.found for proof in found.proofs if not proof.ok] == ["0.82"]


def test_rows_of_a_database_are_found_where_they_were_kept(run, project, monkeypatch):
    monkeypatch.setenv("VALUEKIT_CACHE", str(project / "cache"))
    digest = digest_of(project / "prices.csv")
    (project / "cache" / "snapshots").mkdir(parents=True)
    shutil.move(project / "prices.csv", project / "cache" / "snapshots" / f"{digest}.parquet")
    found = {given.name: given.state for given in trace_run(run, "value.wide").inputs}
    assert found["prices"] == "same"


def test_names_cannot_drive_the_terminal():
    assert shown("a\x1b[2J\u202eb 连接") == "a[U+001B][2J[U+202E]b 连接"


def test_the_command_prints_the_proof_and_its_exit_code_says_whether_it_holds(run, command):
    code, out, _ = command("trace", "value", "value.wide", "--limit", "1")
    assert code == 0
    assert "and 2 rules more" in out
    assert "sum of 6 journal rows: 100.00 =" in out
    (part,) = (run / "tables" / "journal").glob("*.parquet")
    pl.read_parquet(part).with_columns(amount_minor=pl.col("amount_minor") + 1).write_parquet(part)
    _resealed(run)
    code, _, said = command("trace", "value", "value.wide")
    assert code == 1
    assert "sum of 6 journal rows" in said


def test_the_command_gives_json_without_a_path_of_the_machine(run, command, project):
    code, out, _ = command("trace", "value", "L2", "--json")
    told = json.loads(out)
    assert (code, told["ok"], told["line"]["line_id"]) == (0, True, "L2")
    assert str(project) not in json.dumps(told["inputs"])


def test_a_chinese_run_tells_its_lines_in_chinese(project):
    run = attributed(project, "zh")
    assert "分摊" in trace_run(run, "L2").told["sentence"]
    assert trace_run(run, "value.wide").told["sentence"].startswith("全口径")


def test_the_command_says_what_there_is(run, command):
    code, _, said = command("trace", "value", "value.nothing")
    assert code == 2
    assert "value.connection" in said

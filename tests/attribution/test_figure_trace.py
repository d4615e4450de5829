"""From a printed figure back to its cells, rules and largest lines."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attribution.cubes import scope
from tests.attribution.ledgers import book, rule
from valuekit.attribution.classify import CARRIERS, TIERS, TREATMENTS, possible_carriers
from valuekit.attribution.cube import STEPS, summed
from valuekit.attribution.figure_trace import Traced, trace_figure
from valuekit.attribution.figures import value_figures
from valuekit.attribution.views import bounds, reconciliation
from valuekit.domain.carrier import Carrier
from valuekit.errors import InvalidInput
from valuekit.frames.schemas import JOURNAL
from valuekit.frames.write import write_parquet

RULES = book(
    rule("card", {"product_code": "CARD"}, "card", pool=True),
    rule("terminal", {"product_code": "TERM"}, "terminal", pool=True),
    rule("cloud", {"product_code": "CLOUD"}, "compute", driver_pool="cloud"),
    rule("suite", {"product_code": "SUITE"}, candidates=("card", "terminal")),
    rule("idc", {"product_code": "IDC"}, candidates=("compute", "out_of_scope")),
)
SCOPES = [scope("cards", ["card"]), scope("wide", ["card", "terminal", "compute"])]
_SCHEMA = {
    "line_id": pl.String, "seq": pl.UInt8, "step": STEPS, "rule_id": pl.String, "carrier": CARRIERS,
    "evidence": TIERS, "treatment": TREATMENTS, "amount_minor": pl.Int64, "period": pl.String,
    "currency": pl.String, "pool": pl.String,
}  # fmt: skip


def entries(line_id, rule_id, *moves, period="2025-01", currency="CNY"):
    """Journal rows of a line; moves of (step, carrier, evidence, amount)."""
    return [
        (line_id, seq, step, rule_id, carrier, evidence, "gross", amount, period, currency, None)
        for seq, (step, carrier, evidence, amount) in enumerate(moves)
    ]


def journal_of(*lines):
    return pl.DataFrame([row for line in lines for row in line], schema=_SCHEMA, orient="row").select(
        JOURNAL.names
    )


def cube_of_journal(journal):
    may_be = {each.id: ",".join(possible_carriers(each.outcome)) for each in RULES.rules}
    candidates = pl.col("rule_id").replace_strict(may_be, default=",".join(Carrier), return_dtype=pl.String)
    after = pl.col("amount_minor").filter(pl.col("step").cast(pl.String).is_in(["billed", "reallocated"]))
    return summed(
        journal.with_columns(
            candidates=candidates.fill_null(",".join(Carrier)),
            negative=after.sum().over("line_id") < 0,
            lines=pl.lit(1, pl.Int64),
        )
    )


def traced_of(journal, *, parts=None, period="total", certain=False, exceptions=()):
    cube = cube_of_journal(journal)
    billed = journal.filter(pl.col("step") == "billed")
    bounded = {counted: bounds(cube, counted, by_period=True) for counted in SCOPES}
    figures = value_figures(cube, bounded, reconciliation(billed, cube, SCOPES[-1]), period, certain=certain)
    columns = {
        "kind": pl.String,
        "key": pl.String,
        "lines": pl.Int64,
        "currency": pl.String,
        "amount_minor": pl.Int64,
    }
    table = pl.DataFrame(exceptions, schema=columns, orient="row").to_pandas()
    return Traced(figures, SCOPES, cube, parts or [journal], RULES, table, {"rules": "0" * 64})


JOURNAL_OF_THREE = journal_of(
    entries("01", "card", ("billed", "card", "direct", 1000), ("reallocated", "card", "direct", -250)),
    entries("02", "terminal", ("billed", "terminal", "direct", 0), ("reallocated", "terminal", "direct", 250)),
    entries(
        "03", "cloud", ("billed", "compute", "unattributed", 1001), ("driven", "compute", "unattributed", -1001),
        ("driven", "compute", "allocated", 250), ("driven", "out_of_scope", "allocated", 751),
    ),
    entries("04", "suite", ("billed", None, "unattributed", 50)),
    entries("05", "idc", ("billed", None, "unattributed", -40)),
    entries("06", None, ("billed", None, "unattributed", 9), period="2025-02"),
)  # fmt: skip


def test_a_scope_figure_is_told_by_cell_rule_step_and_line():
    told = trace_figure(
        "value.wide", traced_of(JOURNAL_OF_THREE, exceptions=[("unmatched", "NEW", 1, "CNY", 9)])
    )
    assert [tuple(cell.values()) for cell in told["cells"]] == [
        ("card", "direct", "gross", "billed", 1, 1000),
        ("card", "direct", "gross", "reallocated", 1, -250),
        ("terminal", "direct", "gross", "billed", 1, 0),
        ("terminal", "direct", "gross", "reallocated", 1, 250),
        ("compute", "allocated", "gross", "driven", 1, 250),
    ]
    assert told["steps"] == {"billed": 1000, "reallocated": 0, "driven": 250}
    assert [(row["rule_id"], row["lines"], row["amount_minor"]) for row in told["rules"]] == [
        ("card", 1, 750), ("cloud", 1, 250), ("terminal", 1, 250),
    ]  # fmt: skip
    assert told["rules"][0]["reason"] == "because of card"
    assert [(line["line_id"], line["amount_minor"]) for line in told["largest"]] == [
        ("01", 750),
        ("02", 250),
        ("03", 250),
    ]
    assert told["exceptions"] == [{"kind": "unmatched", "entries": 1, "lines": 1, "amount_minor": 9}]
    assert told["inputs"] == {"rules": "0" * 64}
    assert (told["cells_minor"], told["lines_minor"], told["difference_minor"]) == (1250, 1250, 0)
    assert told["sentence"] == (
        "value.wide under wide@1 is CNY 12.50 over all months: 3 ledger lines, billed CNY 10.00, reallocated CNY 0.00,"
        " driven CNY 2.50; decided by 3 rules of by_hand@1, the most by rule card (because of card): CNY 7.50;"
        " the cells add up to it exactly."
    )


def test_what_is_unattributed_is_told_by_the_rules_that_do_not_know():
    told = trace_figure("value.unattributed", traced_of(JOURNAL_OF_THREE))
    assert [(row["rule_id"], row["carrier"], row["reason"], row["amount_minor"]) for row in told["rules"]] == [
        ("suite", None, "because of suite", 50), ("idc", None, "because of idc", -40),
        (None, None, "no rule decided", 9),
    ]  # fmt: skip
    assert told["lines"] == 3  # the cloud line is split, and nothing of it is left
    assert (told["figure"]["value"], told["cells_minor"], told["difference_minor"]) == ("0.19", 19, 0)


def test_the_ledger_is_what_was_billed_and_the_difference_is_no_cell():
    traced = traced_of(JOURNAL_OF_THREE)
    ledger = trace_figure("value.ledger", traced)
    assert (ledger["lines"], ledger["cells_minor"], list(ledger["steps"])) == (6, 2020, ["billed"])
    difference = trace_figure("value.difference", traced)
    assert (difference["lines"], difference["cells"], difference["difference_minor"]) == (0, [], 0)
    assert difference["sentence"] == (
        "value.difference is CNY 0.00 over all months: no ledger line counts in it."
    )


def test_a_month_has_its_own_cells_and_lines():
    told = trace_figure("value.unattributed", traced_of(JOURNAL_OF_THREE, period="2025-02"))
    assert (told["period"], told["lines"], told["lines_minor"]) == ("2025-02", 1, 9)
    assert "in 2025-02: 1 ledger line, billed CNY 0.09; decided by 1 rule of by_hand@1" in told["sentence"]


def test_a_lower_bound_counts_what_can_only_lie_in_the_scope_and_credit_notes_that_may():
    """Known 12.50, 0.50 that is card or terminal, -0.40 that may be compute."""
    told = trace_figure("value.wide", traced_of(JOURNAL_OF_THREE, certain=True))
    assert (told["figure"]["value"], told["cells_minor"], told["lines_minor"]) == ("12.60", 1260, 1260)
    assert [line["line_id"] for line in told["largest"]] == ["01", "02", "03", "04", "05"]


def test_currencies_are_traced_apart():
    journal = pl.concat(
        [JOURNAL_OF_THREE, journal_of(entries("07", "card", ("billed", "card", "direct", 7), currency="USD"))]
    )
    told = trace_figure("value.cards.USD", traced_of(journal))
    assert (told["lines"], told["lines_minor"], told["difference_minor"]) == (1, 7, 0)


def test_the_journal_may_lie_in_many_unsorted_files(tmp_path):
    mixed = JOURNAL_OF_THREE.sample(fraction=1.0, shuffle=True, seed=3)
    parts = []
    for number in range(3):
        path = tmp_path / f"{number}.parquet"
        write_parquet(mixed.filter(pl.col("line_id").cast(pl.Int64) % 3 == number), path)
        parts.append(path)
    for name in ("value.wide", "value.unattributed", "value.ledger"):
        assert trace_figure(name, traced_of(JOURNAL_OF_THREE, parts=parts)) == trace_figure(
            name, traced_of(JOURNAL_OF_THREE)
        )


def test_the_ten_largest_lines_are_named_in_a_fixed_order():
    journal = journal_of(
        *(entries(f"{i:02d}", "card", ("billed", "card", "direct", (-1) ** i * (i // 2))) for i in range(30))
    )
    halves = [journal.filter(pl.col("line_id") < "15"), journal.filter(pl.col("line_id") >= "15")]
    told = trace_figure("value.cards", traced_of(journal, parts=halves))
    assert [line["line_id"] for line in told["largest"]] == [
        "28",
        "29",
        "26",
        "27",
        "24",
        "25",
        "22",
        "23",
        "20",
        "21",
    ]


def test_an_unknown_figure_names_the_nearest():
    with pytest.raises(InvalidInput, match=r"no such figure; did you mean 'value\.wide'"):
        trace_figure("value.wid", traced_of(JOURNAL_OF_THREE))


@st.composite
def journals(draw):
    """Lines as the kernel writes them: known, unknown, and shared ones that drivers split."""
    lines = []
    for number in range(draw(st.integers(1, 12))):
        line_id, period = f"L{number}", draw(st.sampled_from(["2025-01", "2025-02"]))
        amount = draw(st.integers(-(10**12), 10**12))
        kind = draw(st.sampled_from(["card", "terminal", "cloud", "suite", "idc", None]))
        if kind in ("card", "terminal"):
            moves = [("billed", kind, "direct", amount)]
        elif kind == "cloud":
            ours = draw(st.integers(0, 10)) * amount // 10
            moves = [
                ("billed", "compute", "unattributed", amount), ("driven", "compute", "unattributed", -amount),
                ("driven", "compute", "allocated", ours), ("driven", "out_of_scope", "allocated", amount - ours),
            ]  # fmt: skip
        else:
            moves = [("billed", None, "unattributed", amount)]
        lines.append(entries(line_id, kind, *moves, period=period))
    return journal_of(*lines)


@settings(max_examples=40)
@given(journals(), st.booleans(), st.sampled_from(["total", "2025-01"]))
def test_cells_and_lines_add_up_to_every_figure(journal, certain, period):
    traced = traced_of(journal, certain=certain, period=period)
    for figure in traced.figures:
        told = trace_figure(figure.id, traced)
        assert told["difference_minor"] == 0, figure.id
        assert told["lines_minor"] == told["cells_minor"], figure.id
        assert sum(row["lines"] for row in told["rules"]) == told["lines"]

"""The laws of the plain reference, whatever the policies: what defines the answer has to keep the promises."""

from dataclasses import replace

from hypothesis import given, settings

from tests.attribution.strategies import cases
from valuekit.attribution.policies import Overlap, Pooling, Rounding
from valuekit.attribution.reference import decide, excess_of
from valuekit.attribution.reference_pools import pool_of


def by(rows, *keys):
    """Sums of the amounts of journal rows."""
    sums = {}
    for row in rows:
        key = tuple(row[k] for k in keys)
        sums[key] = sums.get(key, 0) + row["amount_minor"]
    return sums


def steps_of(case, step):
    return [row for row in case.journal() if row["step"] == step]


def pooled(case, pooling):
    """Pool of each line; lines on their own are left out."""
    pools = {line["line_id"]: pool_of(line, decide(line, case.rules).outcome, pooling) for line in case.lines}
    return {line_id: pool for line_id, pool in pools.items() if pool is not None}


def under(case, **changed):
    return replace(case, rules=replace(case.rules, policies=replace(case.rules.policies, **changed)))


@settings(max_examples=60)
@given(cases(policies=True))
def test_no_cent_is_made_or_lost(case):
    total = sum(line["amount_minor"] for line in case.lines)
    assert sum(row["amount_minor"] for row in case.journal()) == total
    billed = {line["line_id"]: line["amount_minor"] for line in case.lines}
    assert {row["line_id"]: row["amount_minor"] for row in steps_of(case, "billed")} == billed


@settings(max_examples=60)
@given(cases(policies=True))
def test_bundles_only_move_amounts_inside_their_pools(case):
    for step, pooling in (("reallocated", Pooling.CONTRACT_PERIOD), ("contract_view", Pooling.CONTRACT)):
        pools = pooled(case, pooling)
        rows = [{**row, "of": pools[row["line_id"]]} for row in steps_of(case, step)]
        assert set(by(rows, "of").values()) <= {0}


@settings(max_examples=60)
@given(cases(policies=True))
def test_drivers_and_overlap_only_move_amounts_inside_a_line(case):
    for step in ("driven", "overlap"):
        assert set(by(steps_of(case, step), "line_id").values()) <= {0}


@settings(max_examples=60)
@given(cases(policies=True))
def test_rows_are_numbered_within_their_line_in_the_order_of_the_steps(case):
    order = ["billed", "reallocated", "contract_view", "driven", "overlap"]
    rows = case.journal()
    assert rows == sorted(rows, key=lambda row: (row["line_id"], row["seq"]))
    for line in case.lines:
        of_line = [row for row in rows if row["line_id"] == line["line_id"]]
        assert [row["seq"] for row in of_line] == list(range(len(of_line)))
        steps = [order.index(row["step"]) for row in of_line]
        assert steps == sorted(steps)


@settings(max_examples=60)
@given(cases(policies=True))
def test_credit_notes_reverse_their_invoices_exactly_under_every_policy(case):
    invoices = [{**line, "doc_type": "INV"} for line in case.lines]
    notes = [
        {**line, "line_id": f"N{line['line_id']}", "amount_minor": -line["amount_minor"], "doc_type": "CRN"}
        for line in invoices
    ]
    both = replace(case, lines=invoices + notes, claims=[])
    after = by(both.journal(), "line_id", "step", "carrier", "evidence", "treatment")
    for (line_id, *how), amount in after.items():
        if not line_id.startswith("N"):
            assert after[(f"N{line_id}", *how)] == -amount


@settings(max_examples=40)
@given(cases(policies=True))
def test_the_contract_view_adds_to_the_billing_view_and_changes_nothing_of_it(case):
    steps = ("billed", "reallocated")
    views = [under(case, pooling=pooling, overlap=Overlap.REPORT) for pooling in Pooling]
    billing, contract = ([r for r in view.journal() if r["step"] in steps] for view in views)
    assert [{**row, "seq": 0} for row in billing] == [{**row, "seq": 0} for row in contract]


@settings(max_examples=40)
@given(cases(policies=True))
def test_the_roundings_differ_by_one_unit_at_most(case):
    """Of each view of a pool: two views make two steps, whose differences add up."""
    largest, telescoped = (
        by(under(case, rounding=rounding, overlap=Overlap.REPORT).journal(), "line_id", "step")
        for rounding in Rounding
    )
    bundled = pooled(case, Pooling.CONTRACT_PERIOD)
    for line_id, step in largest.keys() | telescoped.keys():
        if line_id in bundled:
            allowed = {"billed": 0, "reallocated": 1, "contract_view": 2}[step]
            key = (line_id, step)
            assert abs(largest.get(key, 0) - telescoped.get(key, 0)) <= allowed


@settings(max_examples=60)
@given(cases(policies=True))
def test_what_is_left_after_elimination_and_all_claims_fit_into_the_line_or_nothing_is_left(case):
    eliminated = under(case, overlap=Overlap.ELIMINATE)
    claims = by(case.claims, "line_id")
    rows = eliminated.journal()
    moved = by((r for r in rows if r["step"] in ("billed", "reallocated", "contract_view")), "line_id")
    for line_id, claimed in claims.items():
        ours = sum(
            row["amount_minor"]
            for row in rows
            if row["line_id"] == line_id[0]
            and row["carrier"] not in (None, "out_of_scope")
            and row["evidence"] != "unattributed"
            and row["treatment"] != "excluded"
        )
        assert ours == 0 or abs(ours) + abs(claimed) <= abs(moved[line_id])


@settings(max_examples=40)
@given(cases(policies=True))
def test_reported_overlap_changes_no_amount(case):
    reported = under(case, overlap=Overlap.REPORT)
    assert reported.journal() == replace(reported, claims=[]).journal()


def test_excess_is_at_most_ours_and_has_its_sign():
    """Of 100.00, we report 40.00: others may claim 60.00."""
    assert excess_of(4000, 10000, [6000]) == 0
    assert excess_of(4000, 10000, [6001]) == 1
    assert excess_of(4000, 10000, [6000, 9000]) == 4000
    assert excess_of(-4000, -10000, [-7000]) == -1000

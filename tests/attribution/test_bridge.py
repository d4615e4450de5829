"""The bridge: one row per cause, closing to the cent between any two scopes."""

from hypothesis import given, settings

from tests.attribution.cubes import cell, cube_of, cubes, scope, scopes
from valuekit.attribution.bridge import CAUSES, bridge
from valuekit.attribution.views import admitted, reconciliation, statement, totals
from valuekit.domain.carrier import Carrier, EvidenceTier, Step, Treatment
from valuekit.frames.schemas import BRIDGE, STATEMENT

# A contract over two months: the terminal is handed over in January, the plan runs on. A cloud line is
# driven, and half of what is driven is claimed by another business too.
CUBE = cube_of(
    cell("card", 1000),
    cell("card", -250, step="reallocated"),
    cell("terminal", 250, step="reallocated"),
    cell("terminal", 150, step="contract_view"),
    cell("card", -150, step="contract_view", period="2025-02"),
    cell("card", 1000, period="2025-02"),
    cell("terminal", 70, treatment="net"),
    cell("compute", 400, evidence="unattributed"),
    cell("compute", -400, step="driven", evidence="unattributed"),
    cell("compute", 100, step="driven", evidence="allocated"),
    cell("out_of_scope", 300, step="driven", evidence="allocated"),
    cell("compute", -50, step="overlap", evidence="allocated"),
    cell("out_of_scope", 50, step="overlap", evidence="allocated"),
)
CARDS = scope("cards", ["card"])
WIDE = scope("wide", ["card", "terminal", "compute"])


def changes_of(table):
    changes = table[table["kind"] == "change"]
    return changes.set_index("cause")["amount_minor"].to_dict()


def test_every_cause_has_a_row_of_its_own():
    """From 1600 (1000 - 250 + 1000 - 150): + 70 terminals, 250 bundles, 150 contract, 100 driven, -50 overlap."""
    table = bridge(CUBE, CARDS, WIDE)
    assert tuple(table.columns) == BRIDGE.names
    assert changes_of(table) == {
        "terminal": 70, "compute": 0, "reallocation": 250, "contract_view": 150, "driven": 100, "overlap": -50,
    }  # fmt: skip
    assert table[table["kind"] != "change"]["amount_minor"].tolist() == [1600, 2120, 0]


def test_the_two_views_of_one_book_are_a_row_apart():
    billed = scope("cards", ["card"], view="contract_period")
    table = bridge(CUBE, billed, CARDS)
    assert changes_of(table) == {"contract_view": -150}
    assert table[table["kind"] != "change"]["amount_minor"].tolist() == [1750, 1600, 0]
    everything = scope("wide", ["card", "terminal", "compute"], view="contract_period")
    assert bridge(CUBE, everything, WIDE)["kind"].tolist() == ["opening", "closing", "difference"]
    assert changes_of(bridge(CUBE, everything, WIDE, "2025-02")) == {"contract_view": -150}


def test_treatment_and_tier_are_causes_of_carriers_that_both_count():
    strict = scope("strict", ["card", "terminal", "compute"], treatments=["gross"], tiers=["direct"])
    assert changes_of(bridge(CUBE, strict, WIDE)) == {"treatment": 70, "tier": 50}


def test_a_month_is_reconciled_with_what_the_contract_view_moves_into_it():
    ledger = cube_of(
        cell("card", 1000), cell("terminal", 70), cell("compute", 400), cell("card", 1000, period="2025-02")
    )
    table = reconciliation(ledger, CUBE, WIDE).set_index("period")
    assert table["contract_view_minor"].to_dict() == {"2025-01": 150, "2025-02": -150, "total": 0}
    assert table["attributed_minor"].to_dict() == {"2025-01": 1270, "2025-02": 850, "total": 2120}
    assert table["difference_minor"].tolist() == [0, 0, 0]
    billed = scope("wide", ["card", "terminal", "compute"], view="contract_period")
    table = reconciliation(ledger, CUBE, billed).set_index("period")
    assert table["contract_view_minor"].tolist() == [0, 0, 0]
    assert table["attributed_minor"].to_dict() == {"2025-01": 1120, "2025-02": 1000, "total": 2120}
    assert table["difference_minor"].tolist() == [0, 0, 0]


def test_the_statement_has_a_column_for_every_step():
    table = statement(CUBE.lazy(), WIDE, ())
    assert tuple(table.columns) == STATEMENT.names
    rows = table.set_index(["carrier", "treatment"]).drop(columns=["currency", "evidence"])
    assert rows.loc[("card", "gross")].tolist() == [2000, -250, -150, 0, 0, 1600]
    assert rows.loc[("compute", "gross")].tolist() == [0, 0, 0, 100, -50, 50]


@settings(max_examples=40)
@given(cubes, scopes, scopes)
def test_the_bridge_between_any_two_scopes_closes(cube, old, new):
    table = bridge(cube, old, new)
    for currency, rows in table.groupby("currency"):
        amounts = rows.groupby("kind")["amount_minor"].sum()
        assert amounts["difference"] == 0
        assert amounts["opening"] + amounts.get("change", 0) == amounts["closing"]
        assert amounts["closing"] == totals(cube, new)[currency]
        assert set(rows.loc[rows["kind"] == "change", "cause"]) <= set(CAUSES)


@settings(max_examples=40)
@given(cubes, scopes, scopes)
def test_the_way_back_has_the_same_rows_with_the_other_sign(cube, old, new):
    there, back = bridge(cube, old, new), bridge(cube, new, old)
    for currency in there["currency"].unique():
        one, other = (changes_of(table[table["currency"] == currency]) for table in (there, back))
        assert one == {cause: -amount for cause, amount in other.items()}


@settings(max_examples=40)
@given(cubes, scopes, scopes, scopes)
def test_bridges_add_up(cube, first, second, third):
    for currency, opening in totals(cube, first).items():
        legs = [bridge(cube, first, second), bridge(cube, second, third)]
        moved = sum(sum(changes_of(leg[leg["currency"] == currency]).values()) for leg in legs)
        assert opening + moved == totals(cube, third)[currency]


@settings(max_examples=40)
@given(cubes, scopes)
def test_what_is_counted_is_what_the_scope_admits(cube, counted):
    flags = cube.select(counted=admitted(counted))["counted"].to_list()
    for row, flag in zip(cube.to_dicts(), flags, strict=True):
        carrier = None if row["carrier"] is None else Carrier(row["carrier"])
        kind = (carrier, Treatment(row["treatment"]), EvidenceTier(row["evidence"]))
        assert flag == counted.admits(*kind, step=Step(row["step"]))


@settings(max_examples=40)
@given(cubes, scopes)
def test_a_bridge_to_the_same_scope_has_no_change(cube, same):
    assert changes_of(bridge(cube, same, same)) == {}

"""Carriers treated otherwise: from the cube alone, exact, and marked as simulated."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attribution.cubes import cell, cube_of, cubes, scope, scopes
from valuekit.attribution.simulate import Change, simulate
from valuekit.attribution.views import totals
from valuekit.errors import InvalidInput

CUBE = cube_of(
    cell("card", 1000),
    cell("card", -255, step="reallocated"),
    cell("terminal", 255, step="reallocated"),
    cell("terminal", 1000, period="2025-02"),
    cell("terminal", 70, treatment="net"),
    cell("terminal", 13, treatment="excluded"),
)
COMPONENT = scope("component", ["card", "terminal"])
GROSS = scope("gross_only", ["card", "terminal"], treatments=["gross"])


def test_a_treatment_is_relabelled_and_no_amount_changes():
    net = simulate(CUBE, {"terminal": "net"})
    assert net.totals(COMPONENT)["change_minor"].tolist() == [0]
    (row,) = net.totals(GROSS).to_dict("records")
    assert (row["real_minor"], row["amount_minor"], row["change_minor"]) == (2000, 745, -1255)
    rows = net.statement(COMPONENT).set_index(["carrier", "treatment"])["amount_minor"].to_dict()
    assert rows == {("card", "gross"): 745, ("terminal", "net"): 255 + 1000 + 70}


def test_what_an_agent_retains_is_kept_exactly_cell_by_cell():
    """8 % of 2.55 is 0.204: 20 are kept; of 10.00 80. What was net stays, what was excluded stays."""
    agent = simulate(CUBE, {"terminal": Change("net", retained="0.08")})
    rows = agent.statement(None).set_index(["carrier", "treatment"])["amount_minor"].to_dict()
    assert rows == {
        ("card", "gross"): 745, ("terminal", "net"): 20 + 80 + 70, ("terminal", "excluded"): 235 + 920 + 13,
    }  # fmt: skip
    table = agent.bridge(COMPONENT)
    assert table["cause"].tolist() == ["component@1", "treatment", "component@1, simulated", "difference"]
    assert table["amount_minor"].tolist() == [2070, -1155, 915, 0]
    assert agent.bridge(COMPONENT, "2025-02")["amount_minor"].tolist() == [1000, -920, 80, 0]


def test_every_table_says_that_it_is_simulated():
    agent = simulate(CUBE, {"terminal": Change("net", retained="0.08"), "card": "excluded"})
    case = "simulated: terminal net, 0.08 retained; card excluded"
    for table in (agent.statement(COMPONENT, "period"), agent.totals(COMPONENT), agent.bridge(COMPONENT)):
        assert table.columns[1] == "case"
        assert set(table["case"]) == {case}


def test_excluded_amounts_stay_excluded():
    gross = simulate(CUBE, {"terminal": "gross"})
    assert gross.totals(GROSS)["amount_minor"].tolist() == [2070]
    assert gross.statement(None).query("treatment == 'excluded'")["amount_minor"].tolist() == [13]


def test_a_shipped_scope_is_known_by_its_name():
    assert simulate(CUBE, {"card": "excluded"}).totals("connection")["amount_minor"].tolist() == [0]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["nothing to change"]),
        ({"terminals": "net"}, ["no such carrier; did you mean 'terminal'?"]),
        ({"terminal": "nett"}, ["no such treatment 'nett'; did you mean 'net'?"]),
        ({"terminal": Change("gross", "0.1")}, ["a retained share with treatment gross"]),
        (
            {"terminal": Change("net", "1.5"), "sim": "net"},
            ["'1.5' is not a share", "'sim': no such carrier"],
        ),
        ({"terminal": Change("net", "8%")}, ["'8%' is not a share from 0 to 1"]),
        ({"terminal": Change("net", 0.0)}, ["retained 0.0 is not text", "a float is not exact"]),
    ],
)
def test_wrong_changes_are_refused_together(changes, expected):
    with pytest.raises(InvalidInput) as refused:
        simulate(CUBE, changes)
    for words in expected:
        assert words in str(refused.value)


def test_a_simulation_knows_no_ledger_lines():
    with pytest.raises(InvalidInput, match="'province': a simulation knows no ledger lines"):
        simulate(CUBE, {"card": "net"}).statement(by="province")


def test_a_dimension_that_the_cube_keeps_can_be_grouped_by():
    provinces = CUBE.with_columns(province=pl.lit("GD"))
    table = simulate(provinces, {"card": "net"}).statement(COMPONENT, by="province")
    assert set(table["province"]) == {"GD"}


shares = st.sampled_from(["", "0", "1", "0.08", "0.333333333"])


@settings(max_examples=40)
@given(cubes, scopes, shares)
def test_a_simulation_makes_and_loses_no_cent(cube, counted, retained):
    simulation = simulate(cube, {"terminal": Change("net", retained), "card": "excluded"})
    everything = simulation.cube.group_by("currency", "period", "step").agg(amount="amount_minor")
    assert everything["amount"].list.sum().sum() == cube["amount_minor"].sum()
    assert simulation.cube["lines"].sum() == cube["lines"].sum()
    table = simulation.bridge(counted)
    assert (table[table["kind"] == "difference"]["amount_minor"] == 0).all()
    closing = table[table["kind"] == "closing"].set_index("currency")["amount_minor"].to_dict()
    assert closing == totals(simulation.cube, counted)


@settings(max_examples=20)
@given(cubes)
def test_no_other_carrier_is_touched(cube):
    simulated = simulate(cube, {"terminal": Change("net", "0.08")}).cube
    others = [frame.filter(frame["carrier"].cast(str).ne_missing("terminal")) for frame in (cube, simulated)]
    keys = [name for name in cube.columns if name not in ("lines", "amount_minor")]
    assert others[0].sort(keys, nulls_last=True).equals(others[1])

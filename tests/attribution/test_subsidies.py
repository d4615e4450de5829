"""The difference that the policy for subsidies makes, from two cubes."""

import polars as pl
from hypothesis import given, settings

from tests.attribution.cubes import cell, cube_of, cubes, scope, scopes
from valuekit.attribution.policies import Subsidies
from valuekit.attribution.subsidies import subsidy_policies
from valuekit.attribution.views import totals
from valuekit.frames.schemas import SUBSIDY_POLICIES

CARDS = scope("cards", ["card"])
COMPONENT = scope("component", ["card", "terminal"])


def case(policy, *cells):
    return cube_of(*cells).with_columns(case=pl.lit(policy))


def test_a_terminal_subsidy_under_the_three_policies():
    """
    card 100.00 with SSP 100, terminal 100.00 with SSP 300, subsidy of the terminal -40.00; another card 7.00.

    less revenue: card 100, terminal 100 - 40 = 60. Discount over both: 160 by 1 : 3 is 40 and 120, -40 stays with
    the terminal's rule: billed 100 and 60, reallocated -60 and +60. Contract cost: 100 and 100.
    """
    cube = cube_of(cell("card", 10000), cell("terminal", 10000), cell("terminal", -4000), cell("card", 700))
    pooled = [
        cell("card", 10000), cell("terminal", 10000), cell("terminal", -4000),
        cell("card", -6000, step="reallocated"), cell("terminal", 6000, step="reallocated"),
    ]  # fmt: skip
    alternatives = pl.concat(
        [
            case("reduction_of_revenue", cell("card", 10000), cell("terminal", 6000)),
            case("discount_across_obligations", *pooled),
            case(
                "contract_cost",
                cell("card", 10000),
                cell("terminal", 10000),
                cell("terminal", -4000, treatment="excluded"),
            ),
        ]
    )
    table = subsidy_policies(cube, alternatives, Subsidies.REDUCTION_OF_REVENUE, [CARDS, COMPONENT])
    assert tuple(table.columns) == SUBSIDY_POLICIES.names
    assert table.drop(columns="currency").to_records(index=False).tolist() == [
        ("reduction_of_revenue", True, "cards@1", 10700, 0),
        ("discount_across_obligations", False, "cards@1", 4700, -6000),
        ("contract_cost", False, "cards@1", 10700, 0),
        ("reduction_of_revenue", True, "component@1", 16700, 0),
        ("discount_across_obligations", False, "component@1", 16700, 0),
        ("contract_cost", False, "component@1", 20700, 4000),
    ]


def test_a_ledger_without_subsidies_has_no_difference():
    cube = cube_of(cell("card", 5), cell("card", 7, currency="JPY"))
    table = subsidy_policies(
        cube, cube.clear().with_columns(case=pl.lit("")), Subsidies.CONTRACT_COST, [CARDS]
    )
    assert table["amount_minor"].tolist() == [5, 7] * 3
    assert (table["difference_minor"] == 0).all()
    assert table.loc[table["chosen"], "policy"].unique().tolist() == ["contract_cost"]


@settings(max_examples=20)
@given(cubes, cubes, cubes, scopes)
def test_whole_cubes_give_the_totals_of_each_policy(now, discount, cost, counted):
    """If the alternatives are of all lines, each policy's amount is what its own cube counts."""
    made = dict(zip(Subsidies, (now, discount, cost), strict=True))
    alternatives = pl.concat([cube.with_columns(case=pl.lit(str(policy))) for policy, cube in made.items()])
    table = subsidy_policies(now, alternatives, Subsidies.REDUCTION_OF_REVENUE, [counted])
    for row in table.to_dict("records"):
        expected = totals(made[Subsidies(row["policy"])], counted).get(row["currency"], 0)
        assert row["amount_minor"] == expected

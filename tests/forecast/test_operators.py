"""Operators beside the total: parts that add up, a discrepancy that is learnt, doubtful figures set aside."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal

from valuekit.domain.period import Month
from valuekit.errors import InvalidInput
from valuekit.forecast.composite import log_likelihood
from valuekit.forecast.operator_input import read_operators
from valuekit.forecast.operator_model import (
    PRIORS,
    Count,
    OperatorProblem,
    count_readings,
    counted,
    fading_covariance,
    growth_moments,
    operator_draws,
)
from valuekit.forecast.operators import forecast_operators
from valuekit.forecast.scales import natural
from valuekit.frames import schemas

FILES = Path(__file__).parents[2] / "valuekit/datasets/files/china_mobile_iot"
UNIT = "1e8 connections"


@pytest.fixture(scope="module")
def counts() -> pd.DataFrame:
    return pd.read_csv(FILES / "operator_connections.csv")


@pytest.fixture(scope="module")
def operators(counts, china):
    return forecast_operators(counts, china, seed=3)


def small(pairs=(("a", 6.0), ("b", 4.0)), gap=0.0, months=5) -> OperatorProblem:
    """Two operators that grow evenly, and a total that differs from their sum by `gap`."""
    at = [Month(2020, 12) + 12 * i for i in range(months)]
    own = [Count(m, name, last * (0.5 + 0.1 * i), 0.005) for name, last in pairs for i, m in enumerate(at)]
    whole = [
        Count(m, None, sum(last for _, last in pairs) * (0.5 + 0.1 * i) + gap, 0.005)
        for i, m in enumerate(at)
    ]
    names, lasts = zip(*pairs, strict=True)
    scales = (*lasts, sum(lasts))
    return OperatorProblem(names, scales, (*at, at[-1] + 24), (*own, *whole))


def test_operators_and_discrepancy_add_up_to_the_total(operators):
    table = operators.table().set_index("operator")
    assert list(table.index) == ["china_mobile", "china_unicom", "china_telecom", "discrepancy", "total"]
    parts = sum(operators.at(name) for name in (*operators.operators, "discrepancy"))
    assert parts == pytest.approx(operators.at("total"))


def test_published_counts_stay_as_published(operators, china):
    path = operators.path()
    known = path[path["published"].notna()]
    assert len(known) == len(operators.problem.counts)
    assert (known["q50"] - known["published"]).abs().max() < 0.03
    assert path["operator"].isin(["discrepancy"]).any()


def test_the_discrepancy_of_2019_is_found(operators):
    """The three counts of the end of 2019 sum to 12.31; the ministry said 10.3."""
    low, high = np.quantile(operators.at("discrepancy", "2019-12"), [0.1, 0.9])
    assert low < -2.01 < high
    assert high < -1.9


def test_doubtful_figures_are_not_used_but_checked(operators):
    checks = operators.checks().set_index(["operator", "period"])
    assert ("china_telecom", "2025-06") in checks.index
    used = {(count.operator, str(count.period)) for count in operators.counts.used}
    assert used.isdisjoint(checks.index)
    assert ((checks["rank"] >= 0.01) & (checks["rank"] <= 0.99)).all()


def test_counts_are_read_in_the_unit_of_the_total(counts):
    read = read_operators(counts, UNIT)
    by = {(count.operator, str(count.period)): count for count in read.used}
    assert by["china_mobile", "2025-12"].value == pytest.approx(14.82)
    assert by["china_unicom", "2024-12"].value == pytest.approx(6.24781)
    assert by["china_unicom", "2024-12"].rounding == pytest.approx(0.5e-3 * 1e-2)
    assert read.operators == ("china_mobile", "china_unicom", "china_telecom")


def test_pinned_parts_add_up_to_the_draws_of_the_total():
    totals = np.random.default_rng(4).normal(13.0, 1.0, 300)
    held = small()
    parts, _ = operator_draws(held, 300, 1, pinned=(held.months[-1], totals))
    assert parts[:, :, -1].sum(axis=1) == pytest.approx(totals, abs=1e-3)
    assert parts[:, 0, 4] == pytest.approx(np.full(300, 5.4), abs=0.02)


def test_a_constant_gap_is_a_discrepancy_not_growth():
    parts, _ = operator_draws(small(gap=-1.5), 500, 1)
    assert np.median(parts[:, 2, :5], axis=0) == pytest.approx(np.full(5, -1.5), abs=0.03)
    assert parts[:, 0, 4] == pytest.approx(np.full(500, 5.4), abs=0.02)


def test_the_order_of_operators_changes_nothing():
    scales = natural(np.array([[0.0] * 5, [0.5, -0.5, 1.0, 0.2, -1.0]]), PRIORS)
    first, second = small(), small((("b", 4.0), ("a", 6.0)))
    found = [log_likelihood(counted(held), count_readings(held), scales) for held in (first, second)]
    assert found[0] == pytest.approx(found[1])


def test_the_likelihood_is_the_one_written_out():
    held, scales = small(gap=-0.5), natural(np.array([[0.3, -0.2, 0.1, 0.4, 0.0]]), PRIORS)
    mean, own = (part[0] for part in growth_moments(scales[:, :3], held.years))
    apart = fading_covariance(scales[:, 3:], held.years)[0] * 10.0**2
    means, spread = [], np.zeros((len(held.counts), len(held.counts)))
    at = [held.months.index(count.period) for count in held.counts]
    for i, one in enumerate(held.counts):
        weights = {"a": [6.0, 0.0, 0.0], "b": [0.0, 4.0, 0.0], None: [6.0, 4.0, 1.0]}
        means.append((weights[one.operator][0] + weights[one.operator][1]) * mean[at[i]])
        for j, other in enumerate(held.counts):
            pair = zip(weights[one.operator], weights[other.operator], (own, own, apart), strict=True)
            spread[i, j] = sum(a * b * c[at[i], at[j]] for a, b, c in pair)
    spread += np.eye(len(held.counts)) * 0.005**2 / 3.0
    values = [count.value for count in held.counts]
    expected = multivariate_normal(means, spread, allow_singular=False).logpdf(values)
    assert log_likelihood(counted(held), count_readings(held), scales) == pytest.approx([expected])


def test_equal_seeds_give_equal_bits():
    first, second, third = (operator_draws(small(), 100, seed)[0] for seed in (1, 1, 2))
    assert (first == second).all()
    assert (first != third).any()


def test_figures_cite_rows_that_exist(operators):
    table = operators.table().set_index("operator")
    for figure in operators.figures():
        assert figure.value == table.loc[figure.row, figure.column]
        assert figure.tier == "estimated"


def test_tables_have_the_columns_of_their_schemas(operators):
    assert list(operators.table().columns) == list(schemas.OPERATORS.names)
    assert list(operators.path().columns) == list(schemas.OPERATOR_PATH.names)
    assert list(operators.checks().columns) == list(schemas.OPERATOR_CHECKS.names)
    operators.require_convergence()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"period": "2019"}, "period is '2019'"),
        ({"value": -3.0}, "value is -3.0"),
        ({"unit": "parsec"}, "unit 'parsec'"),
        ({"operator": "china_telecom", "period": "2016-12"}, "is there twice"),
    ],
)
def test_wrong_counts_are_named(counts, china, change, said):
    own = counts[counts["measure"] == "iot_connections"].reset_index(drop=True)
    with pytest.raises(InvalidInput, match=said):
        forecast_operators(_changed(own, change), china)


def _changed(frame, change):
    frame = frame.copy()
    for column, value in change.items():
        frame.loc[0, column] = value
    return frame


def test_too_little_is_refused(counts, china):
    alone = counts[counts["operator"] == "china_mobile"]
    with pytest.raises(InvalidInput, match="two or more operators"):
        forecast_operators(alone, china)
    short = counts[(counts["operator"] != "china_telecom") | (counts["period"] > "2019-12")]
    with pytest.raises(InvalidInput, match="china_telecom: has 1 usable"):
        forecast_operators(short, china)
    with pytest.raises(InvalidInput, match="has no columns value"):
        forecast_operators(counts.drop(columns="value"), china)
    with pytest.raises(InvalidInput, match="months after the last total"):
        forecast_operators(counts, china, "2020-01")


def test_unknown_names_and_months_are_refused(operators):
    with pytest.raises(InvalidInput, match="'at&t' is unknown"):
        operators.at("at&t")
    with pytest.raises(InvalidInput, match="no draws"):
        operators.at("total", "2049-01")


def test_too_few_effective_draws_fail_the_run(operators):
    from valuekit.errors import RunFailed

    with pytest.raises(RunFailed, match="100 effective draws"):
        replace(operators, effective=100.0).require_convergence()

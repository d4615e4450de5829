"""Numbers that are drawn may differ by their Monte Carlo error and no more; amounts of money may not differ."""

from math import isclose, sqrt
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuekit.report.blocks import Table, TableColumn
from valuekit.runs.reperformance.monte_carlo import FALSE_ALARMS, judge

COLUMNS = (
    TableColumn("model", "Model", "text"),
    TableColumn("q10", "10 %", "number"),
    TableColumn("q50", "50 %", "number"),
    TableColumn("q90", "90 %", "number"),
    TableColumn("probability", "Probability", "probability"),
    TableColumn("mcse", "Error", "number"),
    TableColumn("ess_bulk", "ESS", "number"),
    TableColumn("weight", "Weight", "share"),
    TableColumn("amount_minor", "Amount", "minor", currency="CNY"),
)
DRAWS = 4000


def table(*rows):
    return (Table("models", "Models", "", "", COLUMNS, tuple(str(n) for n in range(len(rows))), rows),)


def drawn(seed, *, shift=0.0, amount=100, model="bass", weight=0.5):
    """What a table says of DRAWS draws of one normal law."""
    draws = np.random.default_rng(seed).normal(33.0 + shift, 2.5, DRAWS)
    probability = float((draws > 36.0).mean())
    error = sqrt(probability * (1 - probability) / DRAWS)
    quantiles = map(float, np.quantile(draws, [0.1, 0.5, 0.9]))
    return (model, *quantiles, probability, error, float(DRAWS), weight, amount)


def test_draws_of_one_law_are_refused_as_seldom_as_stated():
    judgements = [judge(table(drawn(seed)), table(drawn(seed + 10_000))) for seed in range(400)]
    assert {len(judgement.judged) for judgement in judgements} == {4}
    assert sum(bool(judgement.beyond) for judgement in judgements) <= 400 * FALSE_ALARMS * 2
    assert [number.stored for number in judgements[0].judged] == [False, False, False, True]


@given(st.integers(0, 10**6))
def test_draws_of_another_law_are_refused(seed):
    judgement = judge(table(drawn(seed)), table(drawn(seed + 1, shift=0.6)))
    assert "models[0, q50]" in {number.where for number in judgement.beyond}


def test_derived_errors_are_those_of_repeated_sampling():
    """500 samples of 4,000 draws: their spread is the error that one table implies, within 10 per cent."""
    rows = np.array([drawn(seed)[1:5] for seed in range(500)])
    judged = judge(table(drawn(1)), table(drawn(2))).judged
    implied = [number.error / sqrt(2.0) for number in judged]
    assert np.allclose(rows.std(axis=0), implied, rtol=0.1)


def test_the_allowed_multiple_counts_the_comparisons():
    one, many = (
        judge(table(*[drawn(s) for s in range(n)]), table(*[drawn(s) for s in range(n)])) for n in (1, 50)
    )
    assert len(many.judged) == 200
    assert isclose(many.allowed, NormalDist().inv_cdf(1 - FALSE_ALARMS / 400))
    assert one.allowed < many.allowed


def test_amounts_and_words_must_be_equal_and_weights_are_not_judged():
    old = table(drawn(1))
    assert judge(old, table(drawn(1, amount=101))).exact == ("models[0, amount_minor]",)
    assert judge(old, table(drawn(1, model="logistic"))).exact == ("models[0, model]",)
    other = judge(old, table(drawn(1, weight=0.6)))
    assert [(one.where, one.recorded, one.found) for one in other.unjudged] == [
        ("models[0, weight]", 0.5, 0.6)
    ]
    assert other.unjudged[0].apart == pytest.approx(1 / 6)
    assert other.exact == ()


def test_tables_with_other_rows_are_not_compared_number_by_number():
    judgement = judge(table(drawn(1)), table(drawn(1), drawn(2)))
    assert judgement.exact == ("table models: rows or columns are others",)
    assert judgement.judged == ()


def test_without_any_error_nothing_is_judged():
    columns = tuple(column for column in COLUMNS if column.name not in {"mcse", "ess_bulk"})
    kept = [place for place, column in enumerate(COLUMNS) if column in columns]
    old, new = (
        (Table("t", "T", "", "", columns, ("0",), (tuple(drawn(seed)[place] for place in kept),)),)
        for seed in (1, 2)
    )
    judgement = judge(old, new)
    assert judgement.judged == ()
    assert len(judgement.unjudged) == 4

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuekit.domain.period import Month
from valuekit.forecast.members import STACK, Ensemble, Member
from valuekit.forecast.quantile_average import averaged_quantiles, in_ranks_of, shares_above, stack
from valuekit.forecast.scores import score_draws
from valuekit.forecast.stacking import linear_pool
from valuekit.frames.schemas import QUANTILE_LEVELS


@st.composite
def members(draw):
    """Two or three models, 8 paths over 4 months each, and weights."""
    names = list("abc")[: draw(st.integers(2, 3))]
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    drawn = {name: rng.normal(rng.normal(), 0.5 + i, (8, 4)).cumsum(axis=1) for i, name in enumerate(names)}
    raw = np.array([draw(st.integers(0, 9)) for _ in names]) + 1e-3
    return drawn, dict(zip(names, (raw / raw.sum()).tolist(), strict=True))


@given(members())
def test_one_model_with_all_the_weight_is_the_stack_path_by_path(given_members):
    drawn, _ = given_members
    alone = dict.fromkeys(drawn, 0.0) | {"b": 1.0}
    assert np.array_equal(stack(drawn, alone), drawn["b"])


@given(members())
def test_quantiles_of_the_stack_are_the_averages_of_the_models_quantiles(given_members):
    drawn, weights = given_members
    found = np.quantile(stack(drawn, weights), QUANTILE_LEVELS, axis=0)
    slow = sum(w * np.quantile(drawn[name], QUANTILE_LEVELS, axis=0) for name, w in weights.items())
    assert found == pytest.approx(slow)
    assert (np.diff(found, axis=0) >= -1e-12).all()


@given(members())
def test_every_month_keeps_the_ranks_of_the_pooled_draws(given_members):
    drawn, weights = given_members
    pooled, found = linear_pool(drawn, weights), stack(drawn, weights)
    order = pooled.argsort(axis=0, kind="stable")
    assert (np.diff(np.take_along_axis(found, order, axis=0), axis=0) >= 0).all()


@given(members(), st.floats(-3.0, 3.0))
def test_a_shift_of_every_model_shifts_the_stack(given_members, by):
    drawn, weights = given_members
    moved = stack({name: paths + by for name, paths in drawn.items()}, weights)
    assert moved == pytest.approx(stack(drawn, weights) + by)


@given(members())
def test_the_stack_lies_between_the_models_and_is_no_wider_than_the_widest(given_members):
    drawn, weights = given_members
    found = stack(drawn, weights)
    each = np.stack([np.sort(paths, axis=0) for paths in drawn.values()])
    ascending = np.sort(found, axis=0)
    assert (ascending >= each.min(axis=0) - 1e-9).all()
    assert (ascending <= each.max(axis=0) + 1e-9).all()
    assert (found.std(axis=0) <= max(paths.std(axis=0).max() for paths in drawn.values()) + 1e-9).all()


def test_models_that_agree_on_their_width_are_averaged_not_spread():
    """Two normals of deviation one, four apart: the average has deviation one, the pool more than two."""
    rng = np.random.default_rng(1)
    drawn = {"low": rng.normal(-2.0, 1.0, (4000, 1)), "high": rng.normal(2.0, 1.0, (4000, 1))}
    half = {"low": 0.5, "high": 0.5}
    assert stack(drawn, half).std() == pytest.approx(1.0, abs=0.05)
    assert linear_pool(drawn, half).std() > 2.0


def test_months_hang_together_as_in_the_models():
    """Paths that rise together from month to month still do: the rank correlation of steps is kept."""
    rng = np.random.default_rng(2)
    drawn = {name: rng.normal(0.0, 1.0, (4000, 6)).cumsum(axis=1) + i for i, name in enumerate("ab")}
    found = stack(drawn, {"a": 0.5, "b": 0.5})
    ranks = found[:, 2:4].argsort(axis=0).argsort(axis=0)
    pooled = linear_pool(drawn, {"a": 0.5, "b": 0.5})[:, 2:4].argsort(axis=0).argsort(axis=0)
    assert np.corrcoef(ranks.T)[0, 1] == pytest.approx(np.corrcoef(pooled.T)[0, 1])
    assert np.corrcoef(ranks.T)[0, 1] > 0.8


@given(members())
def test_scores_of_single_months_need_no_order(given_members):
    """The backtest scores the averaged quantiles, the forecast shows paths: they are the same forecast."""
    drawn, weights = given_members
    observed = np.zeros(4)
    paths, ascending = (make(drawn, weights) for make in (stack, averaged_quantiles))
    for name, values in score_draws(observed, paths).items():
        assert score_draws(observed, ascending)[name] == pytest.approx(values), name


@given(members(), st.floats(-3.0, 3.0))
def test_shares_above_are_those_of_the_stack_under_each_row_of_weights(given_members, threshold):
    drawn, weights = given_members
    month = {name: paths[:, 1] for name, paths in drawn.items()}
    rows = np.array([list(weights.values()), np.eye(len(weights))[0]])
    found = shares_above(month, threshold, rows)
    slow = (stack(drawn, weights)[:, 1] > threshold).mean()
    assert found.tolist() == pytest.approx([slow, (drawn["a"][:, 1] > threshold).mean()])


def test_ties_of_the_template_go_by_row():
    assert in_ranks_of(np.zeros((3, 1)), np.array([[1.0], [2.0], [3.0]])).ravel().tolist() == [1.0, 2.0, 3.0]


def test_the_monte_carlo_error_is_not_smaller_than_what_repetitions_show(china):
    """Three models drawn anew 60 times: the stack's probability scatters no more than its stated error."""
    rng = np.random.default_rng(3)
    chances, errors = [], []
    for _ in range(60):
        paths = {n: rng.normal(i, 1.0 + i, (1000, 1)) for i, n in enumerate("abc")}
        held = {n: Member(n, "pooled", p, 4, {}) for n, p in paths.items()}
        ensemble = Ensemble(china, (Month(2025, 12),), held, dict.fromkeys("abc", 1 / 3))
        hits = ensemble.stacked()[:, 0] > 2.5
        chances.append(hits.mean())
        errors.append(ensemble.mcse(STACK, hits))
    assert np.std(chances) < np.mean(errors) < 3.0 * np.std(chances)

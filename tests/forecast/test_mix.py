"""Technology shares: the simplex, its symmetries, beliefs said to be beliefs, and calibration."""

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest, multivariate_normal

from valuekit.domain.period import Month
from valuekit.errors import InvalidInput
from valuekit.forecast.composite import log_likelihood
from valuekit.forecast.elicitation import CHINA_BELIEFS, Retirement
from valuekit.forecast.mix import forecast_mix
from valuekit.forecast.mix_backtest import _origin_rows, modern_shares
from valuekit.forecast.mix_model import (
    PRIORS,
    MixProblem,
    ShareReading,
    contrasts,
    kernel,
    log_odds,
    prior_draws,
    share_draws,
)
from valuekit.forecast.scales import natural
from valuekit.frames import schemas

TECHNOLOGIES = ("2g3g", "nb_iot", "lte", "5g")
START = Month(2020, 12)


def own_mix(months=16, step=3) -> pd.DataFrame:
    """An operator whose 2G/3G fades on straight lines of log-odds; 5G begins in the third year."""
    rows = []
    for i in range(months):
        years = i * step / 12
        eta = {"2g3g": 1.0 - 0.5 * years, "nb_iot": 0.1 * years, "lte": 0.4 + 0.3 * years}
        if years >= 2:
            eta["5g"] = -4.0 + 0.9 * years
        total = sum(np.exp(list(eta.values())))
        rows += [(str(START + i * step), name, round(1000 * np.exp(e) / total, 1)) for name, e in eta.items()]
    return pd.DataFrame(rows, columns=["period", "technology", "value"])


def problem(amounts, months=None) -> MixProblem:
    """Readings of all technologies at the given months, and a month two years later."""
    at = months or [START + 6 * i for i in range(len(amounts))]
    readings = tuple(
        ShareReading(month, name, float(amount), 1e-4)
        for month, row in zip(at, amounts, strict=True)
        for name, amount in zip(TECHNOLOGIES, row, strict=True)
    )
    return MixProblem(TECHNOLOGIES, (*at, at[-1] + 24), readings, ())


AMOUNTS = [[60, 10, 28, 0.5], [52, 13, 34, 0.8], [46, 15, 38, 1.0], [37, 18, 44, 1.5], [30, 20, 48, 2.0]]
amounts = st.lists(st.lists(st.floats(0.01, 100.0), min_size=4, max_size=4), min_size=2, max_size=5)


@pytest.fixture(scope="module")
def china():
    return forecast_mix(seed=7)


@pytest.fixture(scope="module")
def hanging_on(china):
    return china.sensitivity()


@pytest.fixture(scope="module")
def operator():
    return forecast_mix(own_mix(), "2026-12", seed=7)


def likelihood(held: MixProblem):
    scales = natural(np.array([[0.0, 0.0, 0.0], [1.0, -1.0, 0.5]]), PRIORS)
    return log_likelihood(log_odds(held), contrasts(held), scales)


@given(amounts, st.permutations(range(4)))
def test_no_technology_is_a_reference(rows, order):
    """The order of technologies, and so the one that others are compared with, changes nothing."""
    held = problem(rows)
    turned = replace(
        held,
        technologies=tuple(TECHNOLOGIES[i] for i in order),
        readings=tuple(
            sorted(held.readings, key=lambda r: (r.period, order.index(TECHNOLOGIES.index(r.technology))))
        ),
    )
    assert likelihood(turned) == pytest.approx(likelihood(held), rel=1e-7)


@given(amounts, st.floats(0.001, 1000.0))
def test_only_ratios_of_shares_are_read(rows, factor):
    """Connections, per cent or shares: the unit of a month says nothing."""
    held = problem(rows)
    scaled = replace(held, readings=tuple(replace(r, amount=r.amount * factor) for r in held.readings))
    assert contrasts(scaled).value == pytest.approx(contrasts(held).value, abs=1e-9)


def test_a_technology_that_is_not_there_yet_is_no_reading(operator):
    first = [r.technology for r in operator.problem.readings if r.period == START]
    assert first == ["2g3g", "nb_iot", "lte"]
    assert operator.technologies == ("2g3g", "nb_iot", "lte", "5g")


@pytest.mark.parametrize("which", ["china", "operator"])
def test_shares_stay_on_the_simplex(which, request):
    mix = request.getfixturevalue(which)
    assert mix.shares.min() >= 0.0
    assert mix.shares.sum(axis=1) == pytest.approx(np.ones((len(mix.shares), len(mix.problem.months))))
    path = mix.path()
    parts = path[path["technology"] != "4g5g"].groupby("period")["mean"].sum()
    assert parts.to_numpy() == pytest.approx(np.ones(len(parts)))


def test_a_published_month_stays_as_published(operator):
    read = operator.readings()
    assert (read["implied"] - read["share"]).abs().max() < 0.005
    assert set(read["basis"]) == {"data"}


def test_a_straight_line_of_log_odds_is_carried_on(operator):
    """Fisher and Pry: the truth of the next two and a quarter years lies inside the intervals."""
    years = 6.0
    eta = np.array([1.0 - 0.5 * years, 0.1 * years, 0.4 + 0.3 * years, -4.0 + 0.9 * years])
    truth = np.exp(eta) / np.exp(eta).sum()
    table = operator.table("2026-12").set_index("technology").loc[list(TECHNOLOGIES)]
    assert (table["q10"].to_numpy() < truth).all()
    assert (truth < table["q90"].to_numpy()).all()


def test_everything_elicited_says_so(china, operator, hanging_on):
    assert china.elicited
    assert not operator.elicited
    for table in (china.table(), china.path(), hanging_on):
        assert set(table["basis"]) == {"elicited"}
    for table in (operator.table(), operator.path()):
        assert set(table["basis"]) == {"data"}
    assert set(china.readings()["basis"]) == {"elicited", "published"}


def test_tables_have_the_columns_of_their_schemas(china, hanging_on):
    assert list(china.table().columns) == list(schemas.MIX.names)
    assert list(china.path().columns) == list(schemas.MIX_PATH.names)
    assert list(china.readings().columns) == list(schemas.MIX_READINGS.names)
    assert list(hanging_on.columns) == list(schemas.MIX_SENSITIVITY.names)


def test_a_larger_share_is_never_more_probable(china):
    chances = [china.p_at_least(share, "2027-12") for share in (0.8, 0.9, 0.95, 0.99)]
    assert chances == sorted(chances, reverse=True)
    assert 0.0 < chances[2] < 1.0


def test_hits_are_the_draws_behind_the_probability(china):
    hits = china.hits(0.95, "2027-12", 2000)
    assert hits.mean() == china.p_at_least(0.95, "2027-12")
    fewer = china.hits(0.95, "2027-12", 1000)
    assert fewer.mean() == pytest.approx(hits.mean(), abs=0.04)


def test_levels_sum_to_each_draw_of_all_connections(china):
    connections = np.random.default_rng(2).normal(33.0, 2.0, 900)
    assert china.levels(connections, "2027-12").sum(axis=1) == pytest.approx(connections)


def test_the_answer_about_china_hangs_on_the_belief_about_2g(china, hanging_on):
    """The table must not hide that another belief gives another answer."""
    table = hanging_on.set_index("case")["probability"]
    assert table["base"] == china.p_at_least(0.95)
    assert table["legacy_low"] > table["base"] > table["legacy_high"]
    assert table["legacy_low"] - table["legacy_high"] > 0.5
    assert table["retirement_twice_as_fast"] > table["base"] > table["no_retirement"]


def test_beliefs_come_back_within_their_intervals(china):
    read = china.readings()
    assert ((read["low90"] < read["implied"]) & (read["implied"] < read["high90"])).all()
    sums = read.groupby("period")["share"].sum()
    assert (sums - 1.0).abs().max() < 0.02


def test_equal_seeds_give_equal_bits(china):
    again = forecast_mix(seed=7)
    assert (again.shares == china.shares).all()
    assert (forecast_mix(seed=8).shares != china.shares).any()


def test_a_switched_off_network_has_no_share_left():
    off = Retirement("2g3g", Month(2024, 9), rate=0.3, off=Month(2026, 1))
    mix = forecast_mix(own_mix(), "2026-12", retirements=[off])
    place = mix.technologies.index("2g3g")
    assert (mix.at("2026-01")[:, place] == 0.0).all()
    assert (mix.at("2025-12")[:, place] > 0.0).all()
    assert mix.p_at_least(0.99, "2026-06") == 1.0


def test_a_retirement_of_the_past_is_learnt_from_the_months_since(operator):
    """The prior says 0.9 a year; the months since show no break at all, so the draws come back."""
    claimed = Retirement("2g3g", START + 12, rate=0.9, spread=0.5)
    mix = forecast_mix(own_mix(), "2026-12", seed=7, retirements=[claimed])
    gap = abs(np.median(mix.modern()) - np.median(operator.modern()))
    assert gap < 0.04


def test_the_date_is_the_first_month_with_that_probability(china):
    month = china.date_reaching(0.5, 0.9)
    assert china.p_at_least(0.9, month) >= 0.5
    assert china.p_at_least(0.9, Month.parse(month) + -1) < 0.5
    assert china.date_reaching(0.99, 0.9999) is None


def test_figures_cite_rows_that_exist(china, hanging_on):
    share, chance = china.figures()
    table = china.table().set_index("technology")
    assert share.value == table.loc[share.row, share.column]
    assert chance.value == hanging_on.set_index("case").loc[chance.row, chance.column]
    assert {share.tier, chance.tier} == {"estimated"}


def test_the_prior_lets_technologies_come_and_go():
    """Prior predictive: after ten years the leader has changed in a good part, and some are nearly gone."""
    months = tuple(START + 12 * i for i in range(11))
    held = MixProblem(TECHNOLOGIES, months, (), ())
    drawn = prior_draws(held, 2000, np.random.default_rng(4))
    changed = (drawn[:, :, 0].argmax(axis=1) != drawn[:, :, -1].argmax(axis=1)).mean()
    assert 0.2 < changed < 0.7
    yearly = np.abs(np.diff(np.log(drawn[:, 0] / drawn[:, 1]), axis=1))
    assert 0.1 < np.median(yearly) < 0.6


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"period": "2021-13"}, "period is '2021-13'"),
        ({"value": -1.0}, "value is '-1.0'"),
        ({"technology": ""}, "technology is empty"),
        ({"technology": "nb_iot"}, "is there twice"),
    ],
)
def test_wrong_rows_are_named(change, said):
    frame = own_mix()
    for column, value in change.items():
        frame.loc[0, column] = value
    with pytest.raises(InvalidInput, match=said):
        forecast_mix(frame, "2026-12")


def test_all_that_is_wrong_is_said_at_once():
    frame = own_mix()
    frame.loc[0, "value"] = -1.0
    frame.loc[5, "period"] = "soon"
    with pytest.raises(InvalidInput) as caught:
        forecast_mix(frame, "2026-12")
    assert len(caught.value.findings) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"source": own_mix(3)}, "has 3 months"),
        ({"source": own_mix().query("technology == 'lte'")}, "fewer than two"),
        ({"source": own_mix().drop(columns="value")}, "has no columns value"),
        ({"source": own_mix(), "legacy": ["4g"]}, "4g unknown"),
        ({"source": own_mix().query("technology != '2g3g'")}, "0 of 3 found"),
        ({"source": own_mix(), "retirements": [Retirement("gsm", START)]}, "'gsm' is no technology"),
        ({"source": own_mix(), "retirements": [Retirement("2g3g", START, rate=np.nan)]}, "not a number|no number"),
        ({"source": own_mix(), "beliefs": CHINA_BELIEFS}, "both a series and beliefs"),
        ({"source": own_mix(), "horizon": "2020-01"}, "months after the last reading"),
        ({"source": own_mix(), "horizon": "end"}, "not a month"),
    ],
)  # fmt: skip
def test_wrong_use_is_refused(arguments, said):
    with pytest.raises(InvalidInput, match=said):
        forecast_mix(**{"horizon": "2026-12", **arguments})


def test_shares_outside_0_and_1_and_unknown_months_are_refused(china):
    with pytest.raises(InvalidInput, match="between 0 and 1"):
        china.p_at_least(95.0)
    with pytest.raises(InvalidInput, match="no draws"):
        china.p_at_least(0.95, "2050-01")


def test_names_of_old_generations_are_recognised():
    frame = own_mix().replace({"2g3g": "2G/3G (GSM)", "lte": "LTE Cat.1"})
    assert forecast_mix(frame, "2026-12").legacy == ("2G/3G (GSM)",)


def test_the_scales_agree_with_a_grid():
    """Quadrature over the three scales with scipy's normal, against the draws: the future log-ratio's mean and spread."""
    held = problem(AMOUNTS)
    axis = np.linspace(-3.0, 3.0, 9)
    points = np.array(list(product(axis, axis, axis)))
    readings, prior = contrasts(held), kernel(natural(points, PRIORS), held.years, held.trend_sd)
    shared = readings.weight @ readings.weight.T
    weights, means, squares = [], [], []
    for point, covariance in zip(points, prior, strict=True):
        seen = covariance[np.ix_(readings.month, readings.month)] * shared + readings.noise
        ahead = covariance[-1, readings.month] * (readings.weight @ np.array([-1.0, 0.0, 1.0, 0.0]))
        gain = np.linalg.solve(seen, ahead)
        density = multivariate_normal(np.zeros(len(seen)), seen).logpdf(readings.value)
        weights.append(density - 0.5 * point @ point)
        means.append(gain @ readings.value)
        squares.append(2.0 * covariance[-1, -1] - gain @ ahead + means[-1] ** 2)
    share = np.exp(np.array(weights) - max(weights))
    share /= share.sum()
    mean = share @ means
    shares, scales = share_draws(held, 4000, 3)
    drawn = np.log(shares[:, 2, -1] / shares[:, 0, -1])
    deviation = np.sqrt(share @ squares - mean**2)
    assert scales.effective > 400
    assert drawn.mean() == pytest.approx(mean, abs=4 * deviation / np.sqrt(1500))
    assert drawn.std() == pytest.approx(deviation, rel=0.06)


def test_the_kernel_is_the_covariance_of_simulated_slopes():
    """Substitution by hand: a slope that reverts by small steps, summed up, with trend, start and shocks."""
    rng, count, steps, length = np.random.default_rng(9), 20_000, 240, 3.0
    wander, fading, shock = 0.3, 0.8, 0.1
    dt = length / steps
    slope = wander * rng.standard_normal(count)
    level = 3.0 * rng.standard_normal(count)
    trend = 0.25 * rng.standard_normal(count)
    halfway = np.zeros(count)
    for i in range(steps):
        before = slope
        slope = slope * np.exp(-fading * dt) + wander * np.sqrt(
            1 - np.exp(-2 * fading * dt)
        ) * rng.standard_normal(count)
        level = (
            level + dt * (trend + 0.5 * (before + slope)) + shock * np.sqrt(dt) * rng.standard_normal(count)
        )
        halfway = level if i == steps // 2 - 1 else halfway
    expected = kernel(np.array([[wander, fading, shock]]), np.array([1.5, 3.0]), 0.25)[0]
    assert np.cov(halfway, level) == pytest.approx(expected, rel=0.04)


def test_past_forecasts_are_scored_beside_plain_ones(operator, china):
    """Twice as good as the last share. 2G/3G goes at 2.3 prior standard deviations here: coverage suffers."""
    scores = operator.scores().set_index("model")
    assert list(scores.columns) == list(schemas.MIX_SCORES.names[1:])
    assert scores.loc["substitution", "crps"] < 0.5 * scores.loc["last_share", "crps"]
    assert 0.5 <= scores.loc["substitution", "coverage80"] <= 1.0
    assert set(scores["forecasts"]) == {scores["forecasts"].iloc[0]}
    assert scores.loc[["last_share", "straight_line"], "coverage80"].isna().all()
    assert china.scores().empty


def test_a_past_forecast_does_not_know_later_months():
    """Changing the last month changes its score and nothing that was known before."""
    frame = own_mix(6)
    other = frame.copy()
    other.loc[other.index[-1], "value"] *= 2
    held = [forecast_mix(f, "2024-12").problem for f in (frame, other)]
    rows = [list(_origin_rows(p, ("2g3g",), modern_shares(p, ("2g3g",)), START + 9, 1)) for p in held]
    assert rows[0][0] == rows[1][0]
    assert rows[0][-1]["error"] != rows[1][-1]["error"]


@pytest.mark.slow
def test_true_shares_have_uniform_ranks():
    """Simulation-based calibration: shares from the prior, read with errors, and their rank among the draws."""
    rng, ranks = np.random.default_rng(12), []
    at = [START + 6 * i for i in range(6)]
    held = problem([[1.0] * 4] * 6, at)
    for truth in prior_draws(held, 40, rng):
        noisy = truth[:, :6] * np.exp(0.01 * rng.standard_normal((4, 6)))
        if noisy.min() < 1e-8:  # nothing of the kind is ever published
            continue
        shares, _ = share_draws(problem(noisy.T, at), 199, 5)
        ranks.append((shares[:, 0, -1] < truth[0, -1]).mean())
    assert len(ranks) > 30
    assert kstest(ranks, "uniform").pvalue > 0.01

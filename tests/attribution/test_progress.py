"""The estimate of the time left, by a clock that the test turns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuekit.attribution.progress import Estimate, Stage


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_nothing_is_estimated_before_a_step_is_done(clock):
    estimate = Estimate(clock)
    first = estimate.report(Stage.READING, 0, 8, label="ledger.csv")
    assert (first.seconds, first.seconds_left, first.label) == (0.0, None, "ledger.csv")
    clock.now += 5
    waiting = estimate.report(Stage.READING, 0, 8)
    assert (waiting.seconds, waiting.seconds_left) == (5.0, None)


def test_an_even_pace_goes_on(clock):
    """Four of ten steps took 20 seconds, so six take 30."""
    estimate = Estimate(clock)
    estimate.report(Stage.ATTRIBUTING, 0, 10)
    for done in range(1, 5):
        clock.now += 5
        report = estimate.report(Stage.ATTRIBUTING, done, 10, lines=done * 1000)
    assert (report.done, report.total, report.lines) == (4, 10, 4000)
    assert (report.seconds, report.seconds_left) == (20.0, 30.0)


def test_buckets_from_the_cache_do_not_promise_too_much_for_long(clock):
    """50 buckets are found at once, then each takes 10 seconds."""
    estimate = Estimate(clock)
    estimate.report(Stage.ATTRIBUTING, 50, 100)
    for done in range(51, 68):
        clock.now += 10
        report = estimate.report(Stage.ATTRIBUTING, done, 100)
    assert report.seconds_left == pytest.approx(10 * (100 - 67))


def test_each_stage_has_a_pace_of_its_own(clock):
    estimate = Estimate(clock)
    clock.now += 60
    assert estimate.report(Stage.READING, 1, 1).seconds_left == 0.0
    clock.now += 2
    report = estimate.report(Stage.ATTRIBUTING, 1, 3)
    assert (report.seconds, report.seconds_left) == (62.0, 4.0)


def test_a_clock_that_stands_gives_no_estimate(clock):
    assert Estimate(clock).report(Stage.CHECKING, 1, 2).seconds_left is None


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0, 1e6)), min_size=1, max_size=60))
def test_the_time_left_is_never_negative_and_zero_only_at_the_end(steps):
    clock = Clock()
    estimate = Estimate(clock)
    total, done = sum(more for more, _ in steps) + 1, 0
    for more, seconds in steps:
        clock.now += seconds
        done += more
        report = estimate.report(Stage.ATTRIBUTING, done, total)
        assert report.seconds_left is None or report.seconds_left > 0
    assert estimate.report(Stage.ATTRIBUTING, total, total).seconds_left == 0.0

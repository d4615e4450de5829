"""Other beliefs, retirements and priors under which the answer about the mix is asked again."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from valuekit.forecast.elicitation import Belief
from valuekit.forecast.mix_input import from_beliefs
from valuekit.forecast.mix_model import MixProblem


def sensitivity_cases(
    problem: MixProblem, beliefs: Sequence[Belief], legacy: Sequence[str]
) -> Iterator[tuple[str, MixProblem]]:
    """Each case with its problem; cases of beliefs only where there are any."""
    if beliefs:
        yield from _belief_cases(problem, beliefs, legacy)
    else:
        yield "without_last_month", _without_last(problem)
    if problem.retirements:
        yield "no_retirement", replace(problem, retirements=())
        faster = tuple(replace(r, rate=2.0 * r.rate) for r in problem.retirements)
        yield "retirement_twice_as_fast", replace(problem, retirements=faster)
    yield "trend_prior_halved", replace(problem, trend_sd=problem.trend_sd / 2.0)
    yield "trend_prior_doubled", replace(problem, trend_sd=problem.trend_sd * 2.0)


def _belief_cases(
    problem: MixProblem, beliefs: Sequence[Belief], legacy: Sequence[str]
) -> Iterator[tuple[str, MixProblem]]:
    last = max(belief.period for belief in beliefs)
    at_end = [b for b in beliefs if b.period == last and b.technology in legacy]
    yield "legacy_low", _with(problem, [_moved(b, b.low) if b in at_end else b for b in beliefs])
    yield "legacy_high", _with(problem, [_moved(b, b.high) if b in at_end else b for b in beliefs])
    yield "beliefs_twice_as_wide", _with(problem, [_widened(b) for b in beliefs])
    yield "last_beliefs_only", _with(problem, [b for b in beliefs if b.period == last])


def _with(problem: MixProblem, beliefs: Sequence[Belief]) -> MixProblem:
    return replace(problem, readings=from_beliefs(beliefs))


def _moved(belief: Belief, median: float) -> Belief:
    """The same belief around another share: its interval keeps its width in logs."""
    factor = median / belief.median
    return replace(belief, median=median, low=belief.low * factor, high=belief.high * factor)


def _widened(belief: Belief) -> Belief:
    """An interval twice as wide in logs."""
    return replace(belief, low=belief.low**2 / belief.median, high=belief.high**2 / belief.median)


def _without_last(problem: MixProblem) -> MixProblem:
    last = max(reading.period for reading in problem.readings)
    return replace(problem, readings=tuple(r for r in problem.readings if r.period < last))

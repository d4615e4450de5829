"""Weights of the models in a stack, how certain they are, and what the models' priors say."""

from typing import Final

from valuekit.frames.schemas.schema import Kind, Schema, column

WEIGHTS: Final = Schema(
    "weights",
    (
        column("model", Kind.TEXT, "model name, or 'stack' (last row)"),
        column("role", Kind.TEXT, "pooled, scenario, stack"),
        column("past_wis", Kind.NUMBER, "mean weighted interval score known today", nullable=True),
        column("weight", Kind.SHARE, "weight in the stack; 1 for the stack itself"),
        column("weight_low", Kind.SHARE, "10 % quantile over resampled past origins"),
        column("weight_high", Kind.SHARE, "90 % quantile"),
        column("best", Kind.SHARE, "share of the resamplings in which it scored best", nullable=True),
        column("probability", Kind.PROBABILITY, "of attaining the target under it alone", nullable=True),
        column(
            "probability_low",
            Kind.PROBABILITY,
            "10 % quantile of the stack's over resampled weights; null for a model",
            nullable=True,
        ),
        column("probability_high", Kind.PROBABILITY, "90 % quantile", nullable=True),
    ),
)
PRIOR_PREDICTIVE: Final = Schema(
    "prior_predictive",
    (
        column("model", Kind.TEXT, "model name"),
        column("years", Kind.NUMBER, "before (negative) or after the one month that is known"),
        column("q05", Kind.NUMBER, "5 % quantile of the level, in multiples of the known one"),
        column("q50", Kind.NUMBER, "median"),
        column("q95", Kind.NUMBER, "95 % quantile"),
        column("above_twice", Kind.SHARE, "share above twice the known level"),
        column("below", Kind.SHARE, "share below the known level"),
    ),
)
SAMPLER_AGREEMENT: Final = Schema(
    "sampler_agreement",
    (
        column("model", Kind.TEXT, "model name"),
        column("parameter", Kind.TEXT, "parameter; 'level' for the last month asked"),
        column("importance_mean", Kind.NUMBER, "posterior mean (of the logarithm for positive ones)"),
        column("nuts_mean", Kind.NUMBER, "the same by NUTS"),
        column("importance_sd", Kind.NUMBER, "posterior standard deviation"),
        column("nuts_sd", Kind.NUMBER, "the same by NUTS"),
        column("apart", Kind.NUMBER, "difference of the means over its Monte Carlo error"),
        column("divergences", Kind.INTEGER, "of NUTS after tuning"),
        column("rhat", Kind.NUMBER, "of NUTS, largest over parameters"),
    ),
)

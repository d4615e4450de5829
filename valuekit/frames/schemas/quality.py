"""How far forecasts can be trusted: simulated calibration, predictive checks, sensitivity to priors."""

from typing import Final

from valuekit.frames.schemas.schema import Kind, Schema, column

SBC: Final = Schema(
    "sbc",
    (
        column("model", Kind.TEXT, "growth model"),
        column("quantity", Kind.TEXT, "parameter, or level_ahead: the level two years ahead"),
        column("replications", Kind.INTEGER, "series simulated from the prior"),
        column("mean", Kind.SHARE, "of the ranks of the true values; calibrated is 0.5"),
        column("deviation", Kind.SHARE, "standard deviation of the ranks; calibrated is 0.289"),
        column("p_chi2", Kind.PROBABILITY, "chi-square test of uniform ranks in ten bins"),
        column("p_ks", Kind.PROBABILITY, "Kolmogorov-Smirnov test of uniform ranks"),
        column("p_holm", Kind.PROBABILITY, "the smaller of the two, corrected for the number of tests"),
        column("passed", Kind.FLAG, "not rejected at 1 % after correction"),
    ),
)
SBC_RANKS: Final = Schema(
    "sbc_ranks",
    (
        column("model", Kind.TEXT, "growth model"),
        column("quantity", Kind.TEXT, "parameter, or level_ahead"),
        column("bin_low", Kind.SHARE, "rank of the true value from"),
        column("bin_high", Kind.SHARE, "to"),
        column("share", Kind.SHARE, "of the replications"),
    ),
)
PREDICTIVE_CHECKS: Final = Schema(
    "predictive_checks",
    (
        column("model", Kind.TEXT, "growth model"),
        column("statistic", Kind.TEXT, "what is compared, in last levels or last levels a year"),
        column("observed", Kind.NUMBER, "of the published months"),
        column("low", Kind.NUMBER, "5 % quantile over replicated series"),
        column("high", Kind.NUMBER, "95 % quantile over replicated series"),
        column("p", Kind.PROBABILITY, "share of replicated series at or above the observed"),
        column("p_holm", Kind.PROBABILITY, "two-sided, corrected for the number of checks"),
        column("passed", Kind.FLAG, "not rejected at 1 % after correction"),
    ),
)
PIT_TESTS: Final = Schema(
    "pit_tests",
    (
        column("model", Kind.TEXT, "model, 'stack' or baseline"),
        column("ahead", Kind.TEXT, "next (the next published month) or year (10 to 14 months, spells apart)"),
        column("forecasts", Kind.INTEGER, "which do not overlap"),
        column("mean", Kind.SHARE, "of the places of published months in their forecasts; calibrated is 0.5"),
        column("deviation", Kind.SHARE, "their standard deviation; calibrated is 0.289"),
        column("p_ks", Kind.PROBABILITY, "Kolmogorov-Smirnov test of uniform places"),
        column("p_holm", Kind.PROBABILITY, "corrected for the number of tests"),
        column("passed", Kind.FLAG, "not rejected at 1 % after correction"),
    ),
)
PRIOR_SENSITIVITY: Final = Schema(
    "prior_sensitivity",
    (
        column("model", Kind.TEXT, "growth model"),
        column("quantity", Kind.TEXT, "parameter, coefficient, or horizon: the level of the target month"),
        column("scales", Kind.NUMBER, "sensitivity to the priors of the scales"),
        column("coefficients", Kind.NUMBER, "to those of level and growth", nullable=True),
        column("likelihood", Kind.NUMBER, "to the published months"),
        column("diagnosis", Kind.TEXT, "informed, prior_decides, conflict"),
    ),
)
CONVERGENCE: Final = Schema(
    "convergence",
    (
        column("model", Kind.TEXT, "growth model"),
        column("rhat", Kind.NUMBER, "largest over parameters; null for exact draws", nullable=True),
        column("ess_bulk", Kind.NUMBER, "smallest over parameters", nullable=True),
        column("ess_tail", Kind.NUMBER, "smallest over parameters", nullable=True),
        column("divergences", Kind.INTEGER, "after tuning; null without trajectories", nullable=True),
        column("pareto_k", Kind.NUMBER, "tail index of the importance weights; below 0.7", nullable=True),
        column("floored", Kind.SHARE, "of the draws at 0 by the end of the paths"),
        column("passed", Kind.FLAG, "within every limit"),
    ),
)
QUALITY: Final = Schema(
    "quality",
    (
        column("check", Kind.TEXT, "convergence, sbc, predictive, pit, priors"),
        column("tests", Kind.INTEGER, "made"),
        column("failed", Kind.INTEGER, "of them"),
        column("decides", Kind.FLAG, "whether a failure fails the run"),
        column("verdict", Kind.TEXT, "passed, failed, noted"),
    ),
)

"""Targets: whether they are attained, when, what would have to be true, and what others expect."""

from typing import Final

from valuekit.frames.schemas.schema import Kind, Schema, column

ATTAINMENT: Final = Schema(
    "attainment",
    (
        column("target", Kind.TEXT, "target id, with k for 'a number of'"),
        column("due", Kind.MONTH, "judged at the end of"),
        column("comparator", Kind.TEXT, ">, >=, =, ~", nullable=True),
        column("threshold", Kind.NUMBER, "in the target's unit", nullable=True),
        column("unit", Kind.TEXT, "of the threshold"),
        column("status", Kind.TEXT, "forecast, elicited (rests on judgement), observed, no_data"),
        column("probability", Kind.PROBABILITY, "null where no data exist", nullable=True),
        column("mcse", Kind.NUMBER, "Monte Carlo standard error", nullable=True),
        column("needed", Kind.TEXT, "what data would be needed; empty otherwise"),
    ),
)
ATTAINMENT_DATE: Final = Schema(
    "attainment_date",
    (
        column("period", Kind.MONTH, "month"),
        column(
            "probability", Kind.PROBABILITY, "that the threshold is passed by then and held at that month"
        ),
    ),
)
ATTAINMENT_MONTHS: Final = Schema(
    "attainment_months",
    (
        column("chance", Kind.PROBABILITY, "probability that is asked for"),
        column(
            "period",
            Kind.MONTH,
            "first month that has it; null: not by the last month forecast",
            nullable=True,
        ),
        column("last_period", Kind.MONTH, "last month forecast"),
    ),
)
JOINT: Final = Schema(
    "joint",
    (
        column("case", Kind.TEXT, "the targets that must all hold"),
        column("targets", Kind.TEXT, "their ids"),
        column("probability", Kind.PROBABILITY, "from the same draws, never a product"),
        column("product", Kind.PROBABILITY, "of the single probabilities, for comparison only"),
        column("mcse", Kind.NUMBER, "Monte Carlo standard error"),
    ),
)
FIRST_PASSAGE: Final = Schema(
    "first_passage",
    (
        column("period", Kind.MONTH, "month"),
        column("first", Kind.PROBABILITY, "that this is the first month above the threshold"),
        column("by_then", Kind.PROBABILITY, "that some month up to here was above the threshold"),
        column("held", Kind.PROBABILITY, "that this month is above the threshold"),
    ),
)
PASSAGE_MONTHS: Final = Schema(
    "passage_months",
    (
        column("chance", Kind.PROBABILITY, "share of the draws that have been above the threshold"),
        column("period", Kind.MONTH, "first month by which they have; null: not by the last", nullable=True),
        column("last_period", Kind.MONTH, "last month forecast"),
    ),
)
NEEDED_PATH: Final = Schema(
    "needed_path",
    (
        column("period", Kind.MONTH, "month"),
        column(
            "straight",
            Kind.NUMBER,
            "level with equal additions from the last month to the threshold",
        ),
        column("q10", Kind.NUMBER, "of all draws"),
        column("q50", Kind.NUMBER, "of all draws"),
        column("q90", Kind.NUMBER, "of all draws"),
        column("attaining10", Kind.NUMBER, "10 % quantile of the draws that attain", nullable=True),
        column("attaining50", Kind.NUMBER, "median of the draws that attain", nullable=True),
        column("attaining90", Kind.NUMBER, "90 % quantile of the draws that attain", nullable=True),
        column("even", Kind.NUMBER, "level at which attaining becomes as likely as not", nullable=True),
        column("likely", Kind.NUMBER, "level at which attaining has a probability of 80 %", nullable=True),
    ),
)
INVERSION: Final = Schema(
    "inversion",
    (
        column("lever", Kind.TEXT, "net_additions, area:NAME, operator:NAME"),
        column("chance", Kind.PROBABILITY, "that is asked for"),
        column("unit", Kind.TEXT, "of the three levels that follow"),
        column("expected", Kind.NUMBER, "median of the forecast as it stands"),
        column("needed", Kind.NUMBER, "median that gives the chance asked for"),
        column("change", Kind.NUMBER, "needed less expected"),
        column("ratio", Kind.NUMBER, "needed over expected"),
        column("known", Kind.NUMBER, "recent or last published value, to compare with", nullable=True),
        column("highest", Kind.NUMBER, "highest value over a year that was ever published", nullable=True),
        column("probability", Kind.PROBABILITY, "of attaining after the change, counted again"),
    ),
)
SCENARIOS: Final = Schema(
    "scenarios",
    (
        column("scenario", Kind.TEXT, "name; 'base' is the forecast as it stands"),
        column("changes", Kind.TEXT, "parameters that differ from the base, with their values"),
        column("basis", Kind.TEXT, "forecast, elicited (a judgement), observed (a published size)"),
        column("shift", Kind.NUMBER, "mean change of the target month's level"),
        column("median", Kind.NUMBER, "of the target month"),
        column("low80", Kind.NUMBER, "10 % quantile"),
        column("high80", Kind.NUMBER, "90 % quantile"),
        column("probability", Kind.PROBABILITY, "of attaining the target"),
        column("change", Kind.NUMBER, "of the probability against the base"),
        column("mcse", Kind.NUMBER, "Monte Carlo standard error of the probability"),
        column("reason", Kind.TEXT, "where the numbers come from"),
    ),
)
VINTAGES: Final = Schema(
    "vintages",
    (
        column("as_of", Kind.MONTH, "last published month that was used"),
        column("published", Kind.NUMBER, "its level"),
        column("expected", Kind.NUMBER, "median that the vintage before had for it", nullable=True),
        column("pit", Kind.SHARE, "share of that vintage's draws at or below it", nullable=True),
        column("months_ahead", Kind.INTEGER, "to the target month"),
        column("needed_per_month", Kind.NUMBER, "net additions needed from here"),
        column("low80", Kind.NUMBER, "10 % quantile of the target month"),
        column("median", Kind.NUMBER, "of the target month"),
        column("high80", Kind.NUMBER, "90 % quantile"),
        column("probability", Kind.PROBABILITY, "of attaining the target"),
        column("mcse", Kind.NUMBER, "Monte Carlo standard error"),
        column("change", Kind.NUMBER, "of the probability since the vintage before", nullable=True),
        column("lowest", Kind.PROBABILITY, "of a model of the pool alone, or the pool"),
        column("highest", Kind.PROBABILITY, "of a model of the pool alone, or the pool"),
        column("event", Kind.TEXT, "first, fall, target_set, above, below; empty when as expected"),
    ),
)
VINTAGE_MODELS: Final = Schema(
    "vintage_models",
    (
        column("as_of", Kind.MONTH, "last published month that was used"),
        column("model", Kind.TEXT, "model name"),
        column("weight", Kind.SHARE, "that its scores up to then gave it"),
        column("median", Kind.NUMBER, "of the target month"),
        column("probability", Kind.PROBABILITY, "of attaining the target"),
    ),
)
THIRD_PARTY: Final = Schema(
    "third_party",
    (
        column("subject", Kind.TEXT, "what was forecast"),
        column("issuer", Kind.TEXT, "by whom"),
        column("issued", Kind.TEXT, "when, as far as known"),
        column("period", Kind.MONTH, "for the end of"),
        column("comparator", Kind.TEXT, ">, >=, =, ~", nullable=True),
        column("value", Kind.NUMBER, "as forecast, 1e8 connections"),
        column("status", Kind.TEXT, "scored, open, other_definition, no_observation"),
        column("published", Kind.NUMBER, "later, on the same definition", nullable=True),
        column("error", Kind.NUMBER, "forecast less published; its size is also its CRPS", nullable=True),
        column("our_as_of", Kind.MONTH, "our vintage, known when theirs was issued", nullable=True),
        column("our_median", Kind.NUMBER, "of that vintage for the same month", nullable=True),
        column("our_crps", Kind.NUMBER, "of that vintage for the same month", nullable=True),
        column(
            "probability",
            Kind.PROBABILITY,
            "that ours today is above theirs; null once scored",
            nullable=True,
        ),
        column("confidence", Kind.TEXT, "of the source: high, medium, low"),
    ),
)
THIRD_PARTY_PATHS: Final = Schema(
    "third_party_paths",
    (
        column("issuer", Kind.TEXT, "by whom"),
        column("issued", Kind.TEXT, "when"),
        column("target_period", Kind.MONTH, "month that was forecast"),
        column("value", Kind.NUMBER, "as forecast"),
        column("growth", Kind.SHARE, "a year, constant, from the last level known then: our reading"),
        column("months", Kind.INTEGER, "published months since, on which both are scored"),
        column("error", Kind.NUMBER, "mean of implied path less published"),
        column("absolute_error", Kind.NUMBER, "mean size of that; also its CRPS"),
        column("our_crps", Kind.NUMBER, "of our vintage of that time, same months", nullable=True),
        column(
            "implied", Kind.NUMBER, "of the path at our target month; null if it ends before", nullable=True
        ),
    ),
)

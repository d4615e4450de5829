"""Tables of the technology mix, the operators and the application areas by taxonomy."""

from typing import Final

from valuekit.frames.schemas.schema import Kind, Schema, column

# --- technology mix -------------------------------------------------------------------------

MIX_SERIES: Final = Schema(
    "mix_series",
    (
        column("period", Kind.MONTH, "month at whose end it is counted"),
        column("technology", Kind.TEXT, "radio technology, such as 2g3g, nb_iot, lte, 5g"),
        column("value", Kind.NUMBER, "connections, or shares: only ratios within a month are read"),
        column("rounding", Kind.NUMBER, "half of the last published digit", optional=True),
    ),
)
MIX: Final = Schema(
    "mix",
    (
        column("technology", Kind.TEXT, "radio technology; 4g5g is all but 2G/3G"),
        column("generation", Kind.TEXT, "2g3g, or 4g5g as the 2027 notice counts (NB-IoT and RedCap are 5G)"),
        column("last_period", Kind.MONTH, "last month with a reading"),
        column("last_share", Kind.SHARE, "published share then, or median belief"),
        column("q10", Kind.SHARE, "of the target month"),
        column("q50", Kind.SHARE, "of the target month"),
        column("q90", Kind.SHARE, "of the target month"),
        column("basis", Kind.TEXT, "data, or elicited: beliefs where nothing is published"),
    ),
)
MIX_PATH: Final = Schema(
    "mix_path",
    (
        column("period", Kind.MONTH, "month"),
        column("technology", Kind.TEXT, "radio technology; 4g5g is all but 2G/3G"),
        column("mean", Kind.SHARE, "of the draws; technologies sum to 1"),
        column("q025", Kind.SHARE, "2.5 % quantile"),
        column("q10", Kind.SHARE, "10 % quantile"),
        column("q25", Kind.SHARE, "25 % quantile"),
        column("q50", Kind.SHARE, "median"),
        column("q75", Kind.SHARE, "75 % quantile"),
        column("q90", Kind.SHARE, "90 % quantile"),
        column("q975", Kind.SHARE, "97.5 % quantile"),
        column("basis", Kind.TEXT, "data, or elicited"),
    ),
)
MIX_READINGS: Final = Schema(
    "mix_readings",
    (
        column("period", Kind.MONTH, "month"),
        column("technology", Kind.TEXT, "radio technology"),
        column("share", Kind.SHARE, "published, or median belief"),
        column("low90", Kind.SHARE, "5 % point of the belief; null for a published share", nullable=True),
        column("high90", Kind.SHARE, "95 % point of the belief", nullable=True),
        column("implied", Kind.SHARE, "median of the draws that month"),
        column("implied_low90", Kind.SHARE, "5 % quantile of the draws"),
        column("implied_high90", Kind.SHARE, "95 % quantile of the draws"),
        column("basis", Kind.TEXT, "data, published, elicited"),
        column("reason", Kind.TEXT, "what a belief leans on"),
    ),
)
MIX_SENSITIVITY: Final = Schema(
    "mix_sensitivity",
    (
        column("case", Kind.TEXT, "what was changed"),
        column("q10", Kind.SHARE, "4G/5G share of the target month"),
        column("q50", Kind.SHARE, "4G/5G share of the target month"),
        column("q90", Kind.SHARE, "4G/5G share of the target month"),
        column("probability", Kind.PROBABILITY, "of at least the share asked for"),
        column("mcse", Kind.NUMBER, "Monte Carlo standard error"),
        column("basis", Kind.TEXT, "data, or elicited"),
    ),
)
MIX_SCORES: Final = Schema(
    "mix_scores",
    (
        column("model", Kind.TEXT, "substitution, last_share, straight_line"),
        column("origins", Kind.INTEGER, "forecast origins"),
        column("forecasts", Kind.INTEGER, "pairs of origin and later month scored"),
        column("mae", Kind.SHARE, "mean absolute error of the median 4G/5G share"),
        column("crps", Kind.SHARE, "mean continuous ranked probability score; lower is better"),
        column("coverage80", Kind.SHARE, "of the central 80 % interval; null without one", nullable=True),
    ),
)

# --- operators ------------------------------------------------------------------------------

OPERATORS: Final = Schema(
    "operators",
    (
        column("operator", Kind.TEXT, "operator, 'discrepancy', or 'total'"),
        column("last_period", Kind.MONTH, "last published month", nullable=True),
        column("last_value", Kind.NUMBER, "published then", nullable=True),
        column("q10", Kind.NUMBER, "of the target month"),
        column("q50", Kind.NUMBER, "of the target month"),
        column("q90", Kind.NUMBER, "of the target month"),
        column("added", Kind.NUMBER, "median a month from the total's last month to the target month"),
    ),
)
OPERATOR_PATH: Final = Schema(
    "operator_path",
    (
        column("period", Kind.MONTH, "month"),
        column("operator", Kind.TEXT, "operator, 'discrepancy', or 'total'"),
        column("published", Kind.NUMBER, "as published; null without", nullable=True),
        column("q025", Kind.NUMBER, "2.5 % quantile"),
        column("q10", Kind.NUMBER, "10 % quantile"),
        column("q25", Kind.NUMBER, "25 % quantile"),
        column("q50", Kind.NUMBER, "median"),
        column("q75", Kind.NUMBER, "75 % quantile"),
        column("q90", Kind.NUMBER, "90 % quantile"),
        column("q975", Kind.NUMBER, "97.5 % quantile"),
    ),
)
OPERATOR_CHECKS: Final = Schema(
    "operator_checks",
    (
        column("operator", Kind.TEXT, "operator"),
        column("period", Kind.MONTH, "month of a figure that was left out (low confidence)"),
        column("published", Kind.NUMBER, "that figure"),
        column("q10", Kind.NUMBER, "of the draws, which do not know it"),
        column("q50", Kind.NUMBER, "of the draws"),
        column("q90", Kind.NUMBER, "of the draws"),
        column("rank", Kind.SHARE, "share of the draws below it"),
    ),
)

# --- application areas ----------------------------------------------------------------------

AREA_COUNTS: Final = Schema(
    "area_counts",
    (
        column("level", Kind.TEXT, "1e8 or 1e7 connections"),
        column("count", Kind.INTEGER, "areas at or above the level"),
        column("probability", Kind.PROBABILITY, "of exactly so many published areas"),
        column("at_least", Kind.PROBABILITY, "of so many or more"),
        column("mcse", Kind.NUMBER, "Monte Carlo standard error of the latter"),
    ),
)
AREA_MAP: Final = Schema(
    "area_map",
    (
        column("old", Kind.TEXT, "area of the classification until 2021"),
        column("new", Kind.TEXT, "area of the classification from 2022 on"),
        column("share", Kind.SHARE, "of the old area that went there, elicited mean"),
        column("posterior", Kind.SHARE, "mean after seeing both sides of the break"),
        column("reason", Kind.TEXT, "why"),
    ),
)
AREA_PATH: Final = Schema(
    "area_path",
    (
        column("period", Kind.MONTH, "month"),
        column("area", Kind.TEXT, "area of the classification from 2022 on, or 'rest'"),
        column("published", Kind.NUMBER, "1e8 connections as published; null without", nullable=True),
        column("q10", Kind.NUMBER, "10 % quantile"),
        column("q50", Kind.NUMBER, "median"),
        column("q90", Kind.NUMBER, "90 % quantile"),
        column("mean", Kind.NUMBER, "of the draws; areas and rest sum to the mean of all connections"),
        column("basis", Kind.TEXT, "mapped (elicited map of the old areas), published, estimated, forecast"),
    ),
)

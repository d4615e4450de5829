"""Scores of past forecasts: over all, by months ahead, calibration, comparisons with baselines."""

from typing import Final

from valuekit.frames.schemas.schema import Kind, Schema, column

_COVERAGE: Final = tuple(
    column(f"coverage{level}", Kind.SHARE, f"of the central {level} % interval") for level in (50, 80, 95)
)
_MODEL: Final = column("model", Kind.TEXT, "model, 'stack' or baseline")
_BUCKET: Final = column("horizon", Kind.TEXT, "bucket of months, such as 1-6")
SCORES: Final = Schema(
    "scores",
    (
        _MODEL,
        column("role", Kind.TEXT, "pooled, scenario, stack, baseline"),
        column("origins", Kind.INTEGER, "forecast origins"),
        column("forecasts", Kind.INTEGER, "pairs of origin and horizon scored"),
        column("wis", Kind.NUMBER, "mean weighted interval score, unit of the series; lower is better"),
        column("relative_wis", Kind.NUMBER, "against the best baseline; below 1 is better"),
        column("wis_recent", Kind.NUMBER, "origins from 2023 on", nullable=True),
        column(
            "relative_wis_recent",
            Kind.NUMBER,
            "against the best baseline of those origins; below 1 is better",
            nullable=True,
            optional=True,
        ),
        column("crps", Kind.NUMBER, "mean continuous ranked probability score"),
        column("bias", Kind.NUMBER, "mean of median less observed"),
        *_COVERAGE,
    ),
)
HORIZON_SCORES: Final = Schema(
    "horizon_scores",
    (
        _MODEL,
        _BUCKET,
        column("forecasts", Kind.INTEGER, "pairs scored"),
        column("wis", Kind.NUMBER, "mean weighted interval score"),
        column(
            "relative_wis",
            Kind.NUMBER,
            "against that bucket's best baseline",
            nullable=True,
            optional=True,
        ),
        column("crps", Kind.NUMBER, "mean continuous ranked probability score", optional=True),
        column("bias", Kind.NUMBER, "mean of median less observed", optional=True),
        *(column(c.name, c.kind, c.meaning, optional=True) for c in _COVERAGE),
    ),
)
CALIBRATION: Final = Schema(
    "calibration",
    (
        _MODEL,
        column("nominal", Kind.SHARE, "0.5, 0.8, 0.95"),
        column("observed", Kind.SHARE, "share of published months inside"),
        column("forecasts", Kind.INTEGER, "pairs scored"),
    ),
)
PIT: Final = Schema(
    "pit",
    (
        column("model", Kind.TEXT, "model or 'stack'"),
        column("bin_low", Kind.SHARE, "probability integral transform from"),
        column("bin_high", Kind.SHARE, "to"),
        column("share", Kind.SHARE, "of the forecasts"),
    ),
)
COMPARISONS: Final = Schema(
    "comparisons",
    (
        column("model", Kind.TEXT, "model or 'stack'"),
        column("baseline", Kind.TEXT, "what it is compared with"),
        column("since", Kind.MONTH, "first origin"),
        _BUCKET,
        column("origins", Kind.INTEGER, "forecast origins"),
        column("spells", Kind.NUMBER, "longest horizons that fit between first and last origin"),
        column("wis", Kind.NUMBER, "mean weighted interval score of the model"),
        column("baseline_wis", Kind.NUMBER, "of the baseline, on the same months"),
        column("difference", Kind.NUMBER, "of the two; below 0 is better"),
        column("low95", Kind.NUMBER, "95 % interval of the difference", nullable=True),
        column("high95", Kind.NUMBER, "95 % interval of the difference", nullable=True),
        column("relative_wis", Kind.NUMBER, "WIS over the baseline's; below 1 is better"),
        column("statistic", Kind.NUMBER, "Diebold-Mariano, corrected for overlap", nullable=True),
        column("p_value", Kind.PROBABILITY, "of a difference as large if both were as good", nullable=True),
    ),
)

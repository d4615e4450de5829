"""The tables of the connection forecast.

Row keys, for figures to cite: observations the month; models and scores the model's name; score by
horizon ``model/horizon``; calibration ``model/per cent``; sensitivity ``case/model``; net additions
the kind, and ``from..to`` for observed steps.
"""

from typing import Final

import pandas as pd

from valuekit.frames import schemas
from valuekit.report.blocks import Table
from valuekit.report.tables import Layout, Row, joined, named, table_of
from valuekit.report.words import case_name

UNIT: Final = "1e8 connections"
TOPIC: Final = "connections"
_FINE: Final = 3  # digits of scores, which differ in the third


def observations_table(series: pd.DataFrame, *, language: str, unit: str = UNIT, source: str = "") -> Table:
    """The published months with their rounding, table ``observations``."""
    layout = Layout(
        id="observations",
        topic=TOPIC,
        schema=schemas.SERIES,
        key=joined("period"),
        words={"confidence": named("confidence")},
        decimals={"rounding": _FINE},
    )
    return table_of(series, layout, language=language, unit=unit, source=source)


def models_table(models: pd.DataFrame, *, language: str, unit: str = UNIT, source: str = "") -> Table:
    """Every model's weight, intervals, probability and diagnostics; the pool last: table ``models``."""
    layout = Layout(
        id="models",
        topic=TOPIC,
        schema=schemas.MODELS,
        key=joined("model"),
        words={"model": named("model"), "role": named("role")},
        decimals={"mcse": 4, "rhat": _FINE, "ess_bulk": 0, "ess_tail": 0},
    )
    return table_of(models, layout, language=language, unit=unit, source=source)


def weights_table(weights: pd.DataFrame, *, language: str, unit: str = UNIT, source: str = "") -> Table:
    """How certain the weights are and what follows for the probability: table ``weights``."""
    layout = Layout(
        id="weights",
        topic=TOPIC,
        schema=schemas.WEIGHTS,
        key=joined("model"),
        words={"model": named("model"), "role": named("role")},
        decimals={"past_wis": _FINE},
    )
    return table_of(weights, layout, language=language, unit=unit, source=source)


def scores_table(scores: pd.DataFrame, *, language: str, unit: str = UNIT, source: str = "") -> Table:
    """Rolling-origin scores of models and baselines, best first as given: table ``scores``."""
    layout = Layout(
        id="scores",
        topic=TOPIC,
        schema=schemas.SCORES,
        key=joined("model"),
        words={"model": named("model"), "role": named("role")},
        decimals=dict.fromkeys(("wis", "wis_recent", "crps", "bias"), _FINE),
    )
    return table_of(scores, layout, language=language, unit=unit, source=source)


def horizon_scores_table(
    horizon_scores: pd.DataFrame, *, language: str, unit: str = UNIT, source: str = ""
) -> Table:
    """The score by months ahead, table ``horizon_scores``."""
    layout = Layout(
        id="horizon_scores",
        topic=TOPIC,
        schema=schemas.HORIZON_SCORES,
        key=joined("model", "horizon"),
        words={"model": named("model")},
        decimals={"wis": _FINE},
    )
    return table_of(horizon_scores, layout, language=language, unit=unit, source=source)


def _calibration_key(row: Row) -> str:
    return f"{row['model']}/{float(row['nominal'] or 0):.0%}"


def calibration_table(calibration: pd.DataFrame, *, language: str, source: str = "") -> Table:
    """How often published months fell into the intervals, table ``calibration``."""
    layout = Layout(
        id="calibration",
        topic=TOPIC,
        schema=schemas.CALIBRATION,
        key=_calibration_key,
        words={"model": named("model")},
    )
    return table_of(calibration, layout, language=language, source=source)


def sensitivity_table(
    sensitivity: pd.DataFrame, *, language: str, unit: str = UNIT, source: str = ""
) -> Table:
    """What other readings of the last months would answer, table ``sensitivity``."""
    layout = Layout(
        id="sensitivity",
        topic=TOPIC,
        schema=schemas.SENSITIVITY,
        key=joined("case", "model"),
        words={"case": case_name, "model": named("model")},
    )
    return table_of(sensitivity, layout, language=language, unit=unit, source=source)


def _net_additions_key(row: Row) -> str:
    return f"{row['from_period']}..{row['to_period']}" if row["kind"] == "observed" else str(row["kind"])


def net_additions_table(
    net_additions: pd.DataFrame, *, language: str, unit: str = UNIT, source: str = ""
) -> Table:
    """Monthly net additions observed and needed, table ``net_additions``."""
    layout = Layout(
        id="net_additions",
        topic=TOPIC,
        schema=schemas.NET_ADDITIONS,
        key=_net_additions_key,
        words={"kind": named("step")},
        decimals={"per_month": _FINE},
    )
    return table_of(net_additions, layout, language=language, unit=unit, source=source)

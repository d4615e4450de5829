"""The tables of the technology mix.

Row keys, for figures to cite: mix the technology; readings ``month/technology``; sensitivity the case;
scores the model.
"""

import pandas as pd

from valuekit.frames import schemas
from valuekit.report.blocks import Table
from valuekit.report.mix_words import TOPIC, basis_words
from valuekit.report.tables import Layout, joined, named, table_of


def mix_table(mix: pd.DataFrame, *, language: str, source: str = "") -> Table:
    """Every technology at the target month, 4G/5G last: table ``mix``."""
    layout = Layout(
        id="mix",
        topic=TOPIC,
        schema=schemas.MIX,
        key=joined("technology"),
        words={"technology": named("technology"), "generation": named("technology"), "basis": named("basis")},
    )
    values = {"basis": basis_words(mix, language)}
    return table_of(mix, layout, language=language, source=source, values=values)


def mix_readings_table(mix_readings: pd.DataFrame, *, language: str, source: str = "") -> Table:
    """Published shares or beliefs beside what the draws imply: table ``mix_readings``."""
    layout = Layout(
        id="mix_readings",
        topic=TOPIC,
        schema=schemas.MIX_READINGS,
        key=joined("period", "technology"),
        words={
            "technology": named("technology"),
            "basis": named("basis"),
            "reason": named("mix_reason"),
        },
    )
    values = {"basis": basis_words(mix_readings, language)}
    return table_of(mix_readings, layout, language=language, source=source, values=values)


def mix_sensitivity_table(mix_sensitivity: pd.DataFrame, *, language: str, source: str = "") -> Table:
    """The answer under other beliefs, retirements and priors: table ``mix_sensitivity``."""
    layout = Layout(
        id="mix_sensitivity",
        topic=TOPIC,
        schema=schemas.MIX_SENSITIVITY,
        key=joined("case"),
        words={"case": named("mix_case"), "basis": named("basis")},
        decimals={"mcse": 4},
    )
    values = {"basis": basis_words(mix_sensitivity, language)}
    return table_of(mix_sensitivity, layout, language=language, source=source, values=values)


def mix_scores_table(mix_scores: pd.DataFrame, *, language: str, source: str = "") -> Table:
    """Past forecasts of an own mix beside two plain ones: table ``mix_scores``."""
    layout = Layout(
        id="mix_scores",
        topic=TOPIC,
        schema=schemas.MIX_SCORES,
        key=joined("model"),
        words={"model": named("mix_model")},
    )
    return table_of(mix_scores, layout, language=language, source=source)

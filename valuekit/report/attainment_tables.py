"""The tables of target attainment.

Row keys, for figures to cite: attainment the target; attainment date the month; joint the case;
areas the area.
"""

import pandas as pd

from valuekit.frames import schemas
from valuekit.report.blocks import Table
from valuekit.report.connection_tables import UNIT
from valuekit.report.tables import Layout, joined, named, table_of
from valuekit.report.words import case_name, listed, name, target_name

TOPIC = "attainment"


def _targets(language: str, targets: str) -> str:
    """Print a list of target ids."""
    parts = [part.strip() for part in targets.replace(";", ",").split(",") if part.strip()]
    return listed((target_name(language, part) for part in parts), language)


def needed_words(language: str, target: str, needed: str) -> str:
    """What data a target lacks: in the words of the language where the target has them, else as given."""
    words = name(language, "needed", target)
    return words if needed and words != target else needed


def attainment_table(attainment: pd.DataFrame, *, language: str, source: str = "") -> Table:
    """Every target with its probability, or with the data it lacks: table ``attainment``."""
    needed = dict(zip(attainment["needed"], attainment["target"], strict=True))
    layout = Layout(
        id="attainment",
        topic=TOPIC,
        schema=schemas.ATTAINMENT,
        key=joined("target"),
        words={
            "target": target_name,
            "comparator": named("comparator"),
            "unit": named("unit"),
            "status": named("status"),
            "needed": lambda spoken, words: needed_words(spoken, str(needed[words]), words),
        },
        decimals={"mcse": 4, "threshold": 1},
    )
    return table_of(attainment, layout, language=language, source=source)


def attainment_date_table(attainment_date: pd.DataFrame, *, language: str, source: str = "") -> Table:
    """The probability that the threshold is passed, month by month: table ``attainment_date``."""
    layout = Layout(id="attainment_date", topic=TOPIC, schema=schemas.ATTAINMENT_DATE, key=joined("period"))
    return table_of(attainment_date, layout, language=language, source=source)


def attainment_months_table(attainment_months: pd.DataFrame, *, language: str, source: str = "") -> Table:
    """By when the threshold is passed with 50 and 80 %: table ``attainment_months``, keyed by per cent."""
    layout = Layout(
        id="attainment_months",
        topic=TOPIC,
        schema=schemas.ATTAINMENT_MONTHS,
        key=lambda row: f"{float(str(row['chance'])) * 100:.0f}",
    )
    return table_of(attainment_months, layout, language=language, source=source)


def joint_table(joint: pd.DataFrame, *, language: str, source: str = "") -> Table:
    """The probability that targets hold together, beside the product of single ones: table ``joint``."""
    layout = Layout(
        id="joint",
        topic=TOPIC,
        schema=schemas.JOINT,
        key=joined("case"),
        words={"case": case_name, "targets": _targets},
        decimals={"mcse": 4},
    )
    return table_of(joint, layout, language=language, source=source)


def areas_table(areas: pd.DataFrame, *, language: str, unit: str = UNIT, source: str = "") -> Table:
    """Application areas with their intervals and probabilities, table ``areas``."""
    layout = Layout(
        id="areas",
        topic=TOPIC,
        schema=schemas.AREAS,
        key=joined("area"),
        words={"area": named("area")},
    )
    return table_of(areas, layout, language=language, unit=unit, source=source)

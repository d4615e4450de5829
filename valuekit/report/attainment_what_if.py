"""The tables behind the question what would have to be true, and how the answer moved.

Row keys, for figures to cite: inversion ``lever/per cent``; scenarios the scenario; needed path and first
passage the month; passage months the per cent; vintages the month; vintage models ``as_of/model``.
"""

import pandas as pd

from valuekit.frames import schemas
from valuekit.report.attainment_tables import TOPIC
from valuekit.report.attainment_words import changes_words, lever_words, scenario_reason
from valuekit.report.blocks import Table
from valuekit.report.connection_tables import UNIT
from valuekit.report.tables import Layout, Row, joined, named, table_of

_FINE = 3


def _per_cent(row: Row) -> str:
    return f"{float(str(row['chance'])) * 100:g}"


def inversion_table(inversion: pd.DataFrame, *, language: str, source: str = "") -> Table:
    """What gives the target a chance of 50 and 80 %: table ``inversion``."""
    layout = Layout(
        id="inversion",
        topic=TOPIC,
        schema=schemas.INVERSION,
        key=lambda row: f"{row['lever']}/{_per_cent(row)}",
        words={"lever": lever_words, "unit": named("unit")},
        decimals=dict.fromkeys(("expected", "needed", "change", "known", "highest"), _FINE),
    )
    return table_of(inversion, layout, language=language, source=source)


def scenarios_table(scenarios: pd.DataFrame, *, language: str, unit: str = UNIT, source: str = "") -> Table:
    """The answer under explicit changes: table ``scenarios``."""
    reasons = dict(zip(scenarios["reason"], scenarios["scenario"], strict=True))
    layout = Layout(
        id="scenarios",
        topic=TOPIC,
        schema=schemas.SCENARIOS,
        key=joined("scenario"),
        words={
            "scenario": named("scenario"),
            "changes": changes_words,
            "basis": named("scenario_basis"),
            "reason": lambda spoken, words: scenario_reason(spoken, str(reasons[words]), words),
        },
        decimals={"change": _FINE, "mcse": 4},
    )
    return table_of(scenarios, layout, language=language, unit=unit, source=source)


def needed_path_table(path: pd.DataFrame, *, language: str, unit: str = UNIT, source: str = "") -> Table:
    """What each month would have to bring: table ``needed_path``."""
    layout = Layout(id="needed_path", topic=TOPIC, schema=schemas.NEEDED_PATH, key=joined("period"))
    return table_of(path, layout, language=language, unit=unit, source=source)


def first_passage_table(passage: pd.DataFrame, *, language: str, source: str = "") -> Table:
    """The distribution of the first month above the threshold: table ``first_passage``."""
    layout = Layout(id="first_passage", topic=TOPIC, schema=schemas.FIRST_PASSAGE, key=joined("period"))
    return table_of(passage, layout, language=language, source=source)


def passage_months_table(months: pd.DataFrame, *, language: str, source: str = "") -> Table:
    """Quantiles of that month: table ``passage_months``, keyed by per cent."""
    layout = Layout(id="passage_months", topic=TOPIC, schema=schemas.PASSAGE_MONTHS, key=_per_cent)
    return table_of(months, layout, language=language, source=source)


def vintages_table(vintages: pd.DataFrame, *, language: str, unit: str = UNIT, source: str = "") -> Table:
    """How the answer moved as months were published: table ``vintages``."""
    layout = Layout(
        id="vintages",
        topic=TOPIC,
        schema=schemas.VINTAGES,
        key=joined("as_of"),
        words={"event": named("vintage_event")},
        decimals={"change": _FINE, "mcse": 4, "needed_per_month": _FINE},
    )
    return table_of(vintages, layout, language=language, unit=unit, source=source)


def vintage_models_table(models: pd.DataFrame, *, language: str, unit: str = UNIT, source: str = "") -> Table:
    """How each model's answer moved: table ``vintage_models``."""
    layout = Layout(
        id="vintage_models",
        topic=TOPIC,
        schema=schemas.VINTAGE_MODELS,
        key=joined("as_of", "model"),
        words={"model": named("model")},
    )
    return table_of(models, layout, language=language, unit=unit, source=source)


def third_party_table(others: pd.DataFrame, *, language: str, unit: str = UNIT, source: str = "") -> Table:
    """What others expected, scored: table ``third_party``."""
    layout = Layout(
        id="third_party",
        topic=TOPIC,
        schema=schemas.THIRD_PARTY,
        key=joined("issuer", "issued", "subject", "period"),
        words={
            "subject": named("third_party_subject"),
            "comparator": named("comparator"),
            "status": named("third_party_status"),
            "confidence": named("confidence"),
        },
    )
    return table_of(others, layout, language=language, unit=unit, source=source)


def third_party_paths_table(
    paths: pd.DataFrame, *, language: str, unit: str = UNIT, source: str = ""
) -> Table:
    """Their forecasts as paths of constant growth: table ``third_party_paths``."""
    layout = Layout(
        id="third_party_paths",
        topic=TOPIC,
        schema=schemas.THIRD_PARTY_PATHS,
        key=joined("issuer", "issued", "target_period"),
    )
    return table_of(paths, layout, language=language, unit=unit, source=source)

"""The tables of the page on forecast quality.

Row keys: quality the check; convergence the model; all others the model and what is checked.
"""

from typing import Final

import pandas as pd

from valuekit.frames import schemas
from valuekit.report.blocks import Table
from valuekit.report.tables import Layout, joined, named, table_of

TOPIC: Final = "quality"
_P: Final = dict.fromkeys(("p_chi2", "p_ks", "p_holm", "p"), 3)


def quality_table(summary: pd.DataFrame, *, language: str, source: str = "") -> Table:
    """How many tests each check made, and how many failed: table ``quality``."""
    words = {"check": named("check"), "verdict": named("verdict")}
    layout = Layout(id="quality", topic=TOPIC, schema=schemas.QUALITY, key=joined("check"), words=words)
    return table_of(summary, layout, language=language, source=source)


def convergence_table(convergence: pd.DataFrame, *, language: str, source: str = "") -> Table:
    """Each model's fit: table ``convergence``."""
    layout = Layout(
        id="convergence",
        topic=TOPIC,
        schema=schemas.CONVERGENCE,
        key=joined("model"),
        words={"model": named("model")},
        decimals={"rhat": 3, "ess_bulk": 0, "ess_tail": 0},
    )
    return table_of(convergence, layout, language=language, source=source)


def sbc_table(tests: pd.DataFrame, *, language: str, source: str = "") -> Table:
    """Rank tests of the simulated calibration: table ``sbc``."""
    layout = Layout(
        id="sbc",
        topic=TOPIC,
        schema=schemas.SBC,
        key=joined("model", "quantity"),
        words={"model": named("model"), "quantity": named("quantity")},
        decimals=_P,
    )
    return table_of(tests, layout, language=language, source=source)


def predictive_checks_table(checks: pd.DataFrame, *, language: str, source: str = "") -> Table:
    """Published months beside replicated histories: table ``predictive_checks``."""
    layout = Layout(
        id="predictive_checks",
        topic=TOPIC,
        schema=schemas.PREDICTIVE_CHECKS,
        key=joined("model", "statistic"),
        words={"model": named("model"), "statistic": named("statistic")},
        decimals={**dict.fromkeys(("observed", "low", "high"), 3), **_P},
    )
    return table_of(checks, layout, language=language, source=source)


def pit_tests_table(tests: pd.DataFrame, *, language: str, source: str = "") -> Table:
    """Places of published months in past forecasts: table ``pit_tests``."""
    layout = Layout(
        id="pit_tests",
        topic=TOPIC,
        schema=schemas.PIT_TESTS,
        key=joined("model", "ahead"),
        words={"model": named("model"), "ahead": named("ahead")},
        decimals=_P,
    )
    return table_of(tests, layout, language=language, source=source)


def prior_sensitivity_table(sensitivity: pd.DataFrame, *, language: str, source: str = "") -> Table:
    """Power scaling of priors and likelihood: table ``prior_sensitivity``."""
    layout = Layout(
        id="prior_sensitivity",
        topic=TOPIC,
        schema=schemas.PRIOR_SENSITIVITY,
        key=joined("model", "quantity"),
        words={"model": named("model"), "quantity": named("quantity"), "diagnosis": named("diagnosis")},
        decimals=dict.fromkeys(("scales", "coefficients", "likelihood"), 3),
    )
    return table_of(sensitivity, layout, language=language, source=source)

"""The tables of the operators.

Row keys, for figures to cite: operators the operator; checks ``operator/month``.
"""

import pandas as pd

from valuekit.frames import schemas
from valuekit.report.blocks import Table
from valuekit.report.connection_tables import UNIT
from valuekit.report.operator_charts import TOPIC
from valuekit.report.tables import Layout, joined, named, table_of


def operators_table(operators: pd.DataFrame, *, language: str, unit: str = UNIT, source: str = "") -> Table:
    """Operators, discrepancy and total at the target month: table ``operators``."""
    layout = Layout(
        id="operators",
        topic=TOPIC,
        schema=schemas.OPERATORS,
        key=joined("operator"),
        words={"operator": named("operator")},
        decimals={"added": 3},
    )
    return table_of(operators, layout, language=language, unit=unit, source=source)


def operator_checks_table(
    operator_checks: pd.DataFrame, *, language: str, unit: str = UNIT, source: str = ""
) -> Table:
    """Figures that were left out beside draws that do not know them: table ``operator_checks``."""
    layout = Layout(
        id="operator_checks",
        topic=TOPIC,
        schema=schemas.OPERATOR_CHECKS,
        key=joined("operator", "period"),
        words={"operator": named("operator")},
    )
    return table_of(operator_checks, layout, language=language, unit=unit, source=source)

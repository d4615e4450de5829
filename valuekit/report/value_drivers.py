"""What is ours of shared services, and how far another admissible driver would move it."""

import pandas as pd

from valuekit.report.blocks import Chart
from valuekit.report.drawing import Record, chart_of, main_currency, rows_of, tips
from valuekit.report.driver_tables import driver_finding, pool_name
from valuekit.report.languages import text
from valuekit.report.tables import TOTAL
from valuekit.report.value_bounds import interval_layers
from valuekit.report.words import DrawnUnit, exact_money, listed, money_unit, says


def driver_range_chart(
    driver_range: pd.DataFrame, *, language: str, currency: str | None = None, source: str = ""
) -> Chart | None:
    """Per shared service, the chosen driver as a bar and the admissible ones as a whisker: ``driver_range``.

    None where no shared service is split.

    Parameters
    ----------
    driver_range : DataFrame
        DRIVER_RANGE; its rows of single months are not drawn.
    """
    if driver_range.empty:
        return None
    money_of = main_currency(driver_range, currency)
    rows = driver_range[(driver_range["period"] == TOTAL) & (driver_range["currency"] == money_of)]
    unit = money_unit(rows["highest_minor"], money_of, language)
    records = [_interval(row, unit, money_of, language) for row in rows_of(rows)]
    tooltip = tips(
        row=text(language, "value.word.pool"),
        driver=text(language, "value.word.driver"),
        known=text(language, "value.word.chosen"),
        low=text(language, "value.word.low"),
        high=text(language, "value.word.high"),
    )
    return chart_of(
        interval_layers(records, unit, tooltip),
        "driver_range",
        topic="value",
        language=language,
        height=24 * len(records) + 10,
        title=driver_finding(driver_range, money_of, language),
        alternative=listed((says(r["row"], r["range"], language) for r in records), language),
        source=source,
        unit=unit.words,
    )


def _interval(row: Record, unit: DrawnUnit, currency: str, language: str) -> Record:
    chosen, low, high = (int(row[f"{part}_minor"]) for part in ("amount", "lowest", "highest"))
    values = {
        "driver": str(row["driver"]),
        "known": exact_money(chosen, currency, language),
        "low": exact_money(low, currency, language),
        "high": exact_money(high, currency, language),
    }
    printed = unit.printed(chosen)
    return {
        "row": pool_name(language, str(row["pool_id"])),
        "at_known": unit.drawn(chosen),
        "at_low": unit.drawn(low),
        "at_high": unit.drawn(high),
        "words": printed if low == high else f"{printed} ({unit.printed(low)} – {unit.printed(high)})",
        "range": text(language, "value.chart.driver_range.row", **values),
        "zero": 0,
        **values,
    }

"""Headline figures of a forecast, each from a cell of a table."""

from collections.abc import Iterator

import pandas as pd

from valuekit.domain.figure import Figure
from valuekit.domain.period import Month
from valuekit.forecast.members import STACK
from valuekit.forecast.series import Series


def level_figures(models: pd.DataFrame, series: Series, horizon: Month) -> list[Figure]:
    """The last published level, and the stack's at the horizon with its 80 % interval.

    Parameters
    ----------
    models : DataFrame
        Schema MODELS.
    """
    ends = models.set_index("model")[["median", "low80", "high80"]]
    median, low, high = ends.loc[[STACK]].to_numpy(dtype=float)[0].tolist()
    return [
        Figure(
            "connections.last", series.scale, series.unit, tier="observed",
            table="observations", row=str(series.as_of), column="value",
        ),
        Figure(
            f"connections.median_{horizon.year}", median, series.unit,
            low=low, high=high, interval="80 %", tier="estimated",
            table="models", row=STACK, column="median",
        ),
    ]  # fmt: skip


def target_figures(
    models: pd.DataFrame, additions: pd.DataFrame, months: pd.DataFrame, unit: str
) -> list[Figure]:
    """The probability of exceeding the threshold, what is needed for it and was added lately, and by when.

    Parameters
    ----------
    models, additions, months : DataFrame
        Schemas MODELS, NET_ADDITIONS and ATTAINMENT_MONTHS.
    unit : str
        Of the series.
    """
    return [_probability(models), *_rates(additions, unit), *_dates(months)]


def _probability(models: pd.DataFrame) -> Figure:
    chance = models.set_index("model")["probability"]
    alone = chance.drop(STACK).to_numpy(dtype=float)
    return Figure(
        "connections.probability", float(chance[STACK]), "probability",
        low=float(alone.min()), high=float(alone.max()), interval="by model", tier="estimated",
        table="models", row=STACK, column="probability",
    )  # fmt: skip


def _rates(additions: pd.DataFrame, unit: str) -> Iterator[Figure]:
    """Additions a month; a series shorter than a year has none of the last twelve months."""
    rates = additions.set_index("kind")["per_month"]
    for figure, kind, tier in (
        ("connections.needed_per_month", "needed", "estimated"),
        ("connections.recent_per_month", "last_12_months", "observed"),
    ):
        if kind in rates.index:
            yield Figure(
                figure, float(rates[kind]), f"{unit} per month", tier=tier,
                table="net_additions", row=kind, column="per_month",
            )  # fmt: skip


def _dates(months: pd.DataFrame) -> Iterator[Figure]:
    for chance, period in zip(months["chance"], months["period"], strict=True):
        row = f"{chance * 100:.0f}"
        yield Figure(
            f"connections.date_{row}", None if pd.isna(period) else str(period), "month", tier="estimated",
            table="attainment_months", row=row, column="period",
        )  # fmt: skip

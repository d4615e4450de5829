"""What each notebook of valuekit may be told: one typed model a notebook, and the inputs it reads.

To add a notebook: write its model here, with the names and defaults of the notebook's own
``parameters`` cell, and enter it in `NOTEBOOKS`.
"""

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from valuekit.domain.period import Month as CalendarMonth

_MONTH_REMEDY: Final = "write YYYY-MM, such as 2027-12"
NO_STOCK: Final = frozenset({"probability", "share", "month", "months"})
_SHIPPED_SCOPES: Final = ("connection", "component", "wide")


def _month(text: str) -> str:
    try:
        return str(CalendarMonth.parse(text))
    except ValueError as error:
        raise PydanticCustomError(
            "month", "{problem}", {"problem": str(error), "remedy": _MONTH_REMEDY}
        ) from None


def _unit(text: str) -> str:
    """Units that are printed in a way of their own cannot be those of a stock."""
    if text.split(" per ", maxsplit=1)[0].strip() in NO_STOCK:
        raise PydanticCustomError(
            "unit",
            "{text} is not a unit of a stock",
            {"text": repr(text), "remedy": "such as 'million cards'"},
        )
    return text


def _scope(text: str) -> str:
    if text in _SHIPPED_SCOPES or text.endswith((".yaml", ".yml")):
        return text
    raise PydanticCustomError(
        "scope",
        "{text} is not a scope",
        {"text": repr(text), "allowed": _SHIPPED_SCOPES, "remedy": "or the path of a scope's YAML file"},
    )


Month = Annotated[str, AfterValidator(_month)]
ScopeId = Annotated[str, AfterValidator(_scope)]
Share = Annotated[float, Field(ge=0, le=1)]
Unit = Annotated[str, Field(max_length=40), AfterValidator(_unit)]
# A YAML list arrives as a list; it is kept as a tuple, so that a model stays frozen all through.
Scopes = Annotated[tuple[ScopeId, ...], Field(strict=False, min_length=1)]
Counts = Annotated[tuple[Annotated[int, Field(ge=1, le=1000)], ...], Field(strict=False, min_length=1)]


class Parameters(BaseModel):
    """The base of all parameter models: nothing is converted, nothing unknown is let through."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        validate_default=True,
        defer_build=True,  # a params file needs the model of one notebook
    )


class ValueAssessment(Parameters):
    """Parameters of ``value_assessment``, which asks what a ledger is worth, carrier by carrier."""

    title: str = ""
    scopes: Scopes = _SHIPPED_SCOPES
    headline_period: Month | None = None
    synthetic: bool = False
    on_conflict: Literal["unattributed", "error"] = "unattributed"
    unattributed_banner_share: Share = 0.05


class PublishedAccounts(Parameters):
    """Parameters of ``published_accounts``, which bounds mobile IoT by what is published."""

    title: str = ""
    scopes: Scopes = _SHIPPED_SCOPES
    headline_period: Month = "2022-12"
    operator: str = "china_unicom"
    product_code: str = "iot"
    unattributed_banner_share: Share = 0.05


class ConnectionForecast(Parameters):
    """Parameters of ``connection_forecast``, which asks how many connections there will be."""

    series: str = "iot_connections"
    horizon: Month = "2027-12"
    threshold: Annotated[float, Field(gt=0)] = 36.0
    series_break: Month | None = None
    unit: Unit = "1e8 connections"
    subject: Annotated[str, Field(max_length=80)] = ""


class ForecastQuality(Parameters):
    """Parameters of ``forecast_quality``, which asks how far forecasts of a series can be trusted."""

    series: str = "iot_connections"
    horizon: Month = "2027-12"
    threshold: Annotated[float, Field(gt=0)] = 36.0
    unit: Unit = "1e8 connections"
    subject: Annotated[str, Field(max_length=80)] = ""
    replications: Annotated[int, Field(ge=20, le=1000)] = 200


class TargetAttainment(Parameters):
    """Parameters of ``target_attainment``, which holds a set of targets against the forecast."""

    target_set: str = "miit-2027"
    series: str = "iot_connections"
    horizon: Month = "2027-12"
    area_counts: Counts = (2, 3, 5)
    vintages_since: Month = "2023-01"
    series_break: Month | None = None


@dataclass(frozen=True, slots=True)
class NotebookSpec:
    """What a notebook takes.

    Attributes
    ----------
    parameters : type of Parameters
        Its typed parameters.
    required, optional : tuple of str
        Names of its inputs.
    """

    parameters: type[Parameters]
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()


NOTEBOOKS: Final[dict[str, NotebookSpec]] = {
    "value_assessment": NotebookSpec(ValueAssessment, ("ledger", "rules"), ("prices", "drivers", "claims")),
    "published_accounts": NotebookSpec(PublishedAccounts, ("ledger", "rules", "connections")),
    "connection_forecast": NotebookSpec(ConnectionForecast, ("connections",)),
    "forecast_quality": NotebookSpec(ForecastQuality, ("connections",)),
    "target_attainment": NotebookSpec(
        TargetAttainment,
        ("connections", "areas", "targets"),
        ("operators", "technology", "mix", "scenarios"),
    ),
}

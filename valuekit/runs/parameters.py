"""What each notebook of valuekit may be told: one typed model a notebook, and the inputs it reads.

To add a notebook: write its model here, with the names and defaults of the notebook's own
``parameters`` cell, and enter it in `NOTEBOOKS`.
"""

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from valuekit.domain.period import Month as CalendarMonth
from valuekit.frames.schemas import LEDGER, Kind

_MONTH_REMEDY: Final = "write YYYY-MM, such as 2027-12"
_SHIPPED_SCOPES: Final = ("connection", "component", "wide")
_DIMENSIONS: Final = tuple(
    column.name
    for column in LEDGER.columns
    if column.kind is Kind.TEXT and column.optional and column.name != "customer_id"
)


def _month(text: str) -> str:
    try:
        return str(CalendarMonth.parse(text))
    except ValueError as error:
        raise PydanticCustomError(
            "month", "{problem}", {"problem": str(error), "remedy": _MONTH_REMEDY}
        ) from None


def _scope(text: str) -> str:
    if text in _SHIPPED_SCOPES or text.endswith((".yaml", ".yml")):
        return text
    raise PydanticCustomError(
        "scope",
        "{text} is not a scope",
        {"text": repr(text), "allowed": _SHIPPED_SCOPES, "remedy": "or the path of a scope's YAML file"},
    )


def _dimension(text: str) -> str:
    if text in _DIMENSIONS:
        return text
    raise PydanticCustomError(
        "dimension", "{text} is not a ledger column to group by", {"text": repr(text), "allowed": _DIMENSIONS}
    )


Month = Annotated[str, AfterValidator(_month)]
ScopeId = Annotated[str, AfterValidator(_scope)]
Dimension = Annotated[str, AfterValidator(_dimension)]
Share = Annotated[float, Field(ge=0, le=1)]
# A YAML list arrives as a list; it is kept as a tuple, so that a model stays frozen all through.
Scopes = Annotated[tuple[ScopeId, ...], Field(strict=False, min_length=1)]
Dimensions = Annotated[tuple[Dimension, ...], Field(strict=False)]
Counts = Annotated[tuple[Annotated[int, Field(ge=1, le=1000)], ...], Field(strict=False, min_length=1)]


class Parameters(BaseModel):
    """The base of all parameter models: nothing is converted, nothing unknown is let through."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, allow_inf_nan=False, validate_default=True
    )


class ValueAssessment(Parameters):
    """Parameters of ``value_assessment``: what the ledger is worth, carrier by carrier."""

    title: str = ""
    scopes: Scopes = _SHIPPED_SCOPES
    headline_period: Month | None = None
    periods_add_up: bool = True
    synthetic: bool = False
    dimensions: Dimensions = ()
    on_conflict: Literal["unattributed", "error"] = "unattributed"
    unattributed_banner_share: Share = 0.05
    connections_operator: str | None = None


class ConnectionForecast(Parameters):
    """Parameters of ``connection_forecast``: how many connections, and whether the target holds."""

    title: str = ""
    series: str = "iot_connections"
    horizon: Month = "2027-12"
    threshold: Annotated[float, Field(gt=0)] = 36.0
    threshold_period: Month | None = None
    recent_from: Month = "2023-01"
    draws: Annotated[int, Field(ge=100, le=100_000)] = 2_000

    @model_validator(mode="after")
    def _threshold_is_inside(self) -> "ConnectionForecast":
        if self.threshold_period is not None and self.threshold_period > self.horizon:
            raise PydanticCustomError(
                "threshold_period",
                "threshold_period {period} lies after horizon {horizon}",
                {
                    "period": self.threshold_period,
                    "horizon": self.horizon,
                    "key": "threshold_period",
                    "remedy": f"move horizon to {self.threshold_period} or later",
                },
            )
        return self


class TargetAttainment(Parameters):
    """Parameters of ``target_attainment``: which targets of a set are attained, singly and jointly."""

    title: str = ""
    target_set: str = "miit-2027"
    series: str = "iot_connections"
    horizon: Month = "2027-12"
    threshold: Annotated[float, Field(gt=0)] = 36.0
    area_counts: Counts = (2, 3, 5)
    recent_from: Month = "2023-01"
    draws: Annotated[int, Field(ge=100, le=100_000)] = 2_000


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
    "value_assessment": NotebookSpec(
        ValueAssessment, ("ledger", "rules"), ("prices", "drivers", "connections")
    ),
    "connection_forecast": NotebookSpec(ConnectionForecast, ("connections",)),
    "target_attainment": NotebookSpec(TargetAttainment, ("connections", "areas", "targets")),
}

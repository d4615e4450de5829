"""valuekit: what mobile IoT is worth, how many connections it will have, and how an auditor checks both.

The public names are loaded when first used, so that ``valuekit --help`` and ``valuekit verify``
start at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from valuekit.attribution.engine import attribute
    from valuekit.attribution.result import Attribution
    from valuekit.attribution.rule_review import check_rules, explain_rules
    from valuekit.attribution.rules import Rules
    from valuekit.attribution.scopes import Scope
    from valuekit.attribution.simulate import Change
    from valuekit.datasets import list_datasets, load_dataset
    from valuekit.domain.apportion import apportion
    from valuekit.domain.figure import Figure
    from valuekit.errors import InvalidInput, RunFailed, ValuekitError
    from valuekit.forecast.agreement import sampler_agreement
    from valuekit.forecast.api import Forecast, forecast
    from valuekit.forecast.area_forecast import AreaForecast, forecast_areas
    from valuekit.forecast.attainment import Attainment, attainment
    from valuekit.forecast.elicitation import Belief, Retirement
    from valuekit.forecast.mix import MixForecast, forecast_mix
    from valuekit.forecast.operators import OperatorForecast, forecast_operators
    from valuekit.forecast.origins import Backtest, backtest
    from valuekit.forecast.own_series import read_series
    from valuekit.forecast.panels.api import forecast_panel
    from valuekit.forecast.panels.result import PanelForecast
    from valuekit.forecast.prior_predictive import prior_predictive
    from valuekit.forecast.quality import ForecastQuality, check_forecast
    from valuekit.forecast.scenario_file import load_scenarios
    from valuekit.forecast.scenarios import Scenario
    from valuekit.forecast.series import Series
    from valuekit.forecast.targets import load_targets
    from valuekit.forecast.traced import trace_attainment, trace_forecast
    from valuekit.forecast.vintages import Vintages, vintages
    from valuekit.frames.opening import open_ledger
    from valuekit.frames.read import read_claims, read_drivers, read_ledger, read_prices
    from valuekit.outlook.per_connection import per_connection, per_connection_figure
    from valuekit.report import show
    from valuekit.runs.publication.context import start_run

__version__ = "0.1.0"

_HOMES = {
    "AreaForecast": "valuekit.forecast.area_forecast",
    "Attainment": "valuekit.forecast.attainment",
    "Attribution": "valuekit.attribution.result",
    "Backtest": "valuekit.forecast.origins",
    "Belief": "valuekit.forecast.elicitation",
    "Change": "valuekit.attribution.simulate",
    "Figure": "valuekit.domain.figure",
    "Forecast": "valuekit.forecast.api",
    "ForecastQuality": "valuekit.forecast.quality",
    "InvalidInput": "valuekit.errors",
    "MixForecast": "valuekit.forecast.mix",
    "OperatorForecast": "valuekit.forecast.operators",
    "Retirement": "valuekit.forecast.elicitation",
    "Rules": "valuekit.attribution.rules",
    "RunFailed": "valuekit.errors",
    "Scenario": "valuekit.forecast.scenarios",
    "Scope": "valuekit.attribution.scopes",
    "Series": "valuekit.forecast.series",
    "ValuekitError": "valuekit.errors",
    "Vintages": "valuekit.forecast.vintages",
    "apportion": "valuekit.domain.apportion",
    "attainment": "valuekit.forecast.attainment",
    "attribute": "valuekit.attribution.engine",
    "backtest": "valuekit.forecast.origins",
    "check_forecast": "valuekit.forecast.quality",
    "check_rules": "valuekit.attribution.rule_review",
    "explain_rules": "valuekit.attribution.rule_review",
    "PanelForecast": "valuekit.forecast.panels.result",
    "forecast": "valuekit.forecast.api",
    "forecast_panel": "valuekit.forecast.panels.api",
    "forecast_areas": "valuekit.forecast.area_forecast",
    "forecast_mix": "valuekit.forecast.mix",
    "forecast_operators": "valuekit.forecast.operators",
    "list_datasets": "valuekit.datasets",
    "load_dataset": "valuekit.datasets",
    "load_scenarios": "valuekit.forecast.scenario_file",
    "load_targets": "valuekit.forecast.targets",
    "open_ledger": "valuekit.frames.opening",
    "prior_predictive": "valuekit.forecast.prior_predictive",
    "sampler_agreement": "valuekit.forecast.agreement",
    "per_connection": "valuekit.outlook.per_connection",
    "per_connection_figure": "valuekit.outlook.per_connection",
    "read_claims": "valuekit.frames.read",
    "read_drivers": "valuekit.frames.read",
    "read_ledger": "valuekit.frames.read",
    "read_prices": "valuekit.frames.read",
    "read_series": "valuekit.forecast.own_series",
    "start_run": "valuekit.runs.publication.context",
    "trace_attainment": "valuekit.forecast.traced",
    "trace_forecast": "valuekit.forecast.traced",
    "vintages": "valuekit.forecast.vintages",
}

__all__ = [  # noqa: RUF022 -- by subject, in the order in which a notebook meets them
    "start_run",
    "load_dataset",
    "list_datasets",
    "read_ledger",
    "open_ledger",
    "read_prices",
    "read_drivers",
    "read_claims",
    "Rules",
    "check_rules",
    "explain_rules",
    "Scope",
    "attribute",
    "Attribution",
    "Change",
    "apportion",
    "per_connection",
    "per_connection_figure",
    "Series",
    "read_series",
    "forecast",
    "Forecast",
    "check_forecast",
    "ForecastQuality",
    "prior_predictive",
    "sampler_agreement",
    "forecast_panel",
    "PanelForecast",
    "backtest",
    "Backtest",
    "forecast_mix",
    "MixForecast",
    "Belief",
    "Retirement",
    "forecast_operators",
    "OperatorForecast",
    "forecast_areas",
    "AreaForecast",
    "load_targets",
    "attainment",
    "Attainment",
    "Scenario",
    "load_scenarios",
    "vintages",
    "Vintages",
    "trace_forecast",
    "trace_attainment",
    "Figure",
    "show",
    "ValuekitError",
    "InvalidInput",
    "RunFailed",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its home on first use (PEP 562)."""
    if name == "show":
        return import_module("valuekit.report.show")
    if name not in _HOMES:
        raise AttributeError(f"module 'valuekit' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted({*__all__, "__version__"})

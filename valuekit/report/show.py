"""What a notebook shows: one call makes one block of the page, in the language asked for.

Every function takes result frames (`valuekit.frames.schemas`) or figures and gives a
`valuekit.report.blocks` value; a cell that ends in it leaves it on the page. A banner or a chart that
does not apply is None, and nothing is shown.
"""

from valuekit.report.accounts import accounts_method, accounts_source, accounts_title
from valuekit.report.area_blocks import area_counts_chart, area_counts_table, area_map_table, area_path_chart
from valuekit.report.attainment import attainment_method, attainment_title
from valuekit.report.attainment_areas import areas_chart
from valuekit.report.attainment_charts import attainment_chart, joint_chart
from valuekit.report.attainment_dates import attainment_date_chart
from valuekit.report.attainment_path import needed_path_chart
from valuekit.report.attainment_scenarios import inversion_chart, scenarios_chart
from valuekit.report.attainment_tables import (
    areas_table,
    attainment_date_table,
    attainment_months_table,
    attainment_table,
    joint_table,
)
from valuekit.report.attainment_vintages import vintages_chart
from valuekit.report.attainment_what_if import (
    first_passage_table,
    inversion_table,
    needed_path_table,
    passage_months_table,
    scenarios_table,
    third_party_paths_table,
    third_party_table,
    vintage_models_table,
    vintages_table,
)
from valuekit.report.connection_additions import net_additions_chart
from valuekit.report.connection_fan import fan_chart
from valuekit.report.connection_models import models_chart
from valuekit.report.connection_tables import (
    calibration_table,
    horizon_scores_table,
    models_table,
    net_additions_table,
    observations_table,
    scores_table,
    sensitivity_table,
    weights_table,
)
from valuekit.report.connection_weights import attainment_by_model_chart
from valuekit.report.connections import connections_method, connections_title, series_source
from valuekit.report.driver_tables import driver_range_table, tie_out_table
from valuekit.report.headline import diagnostics_banner, headline, synthetic_banner, unattributed_banner
from valuekit.report.mix_blocks import mix_readings_table, mix_scores_table, mix_sensitivity_table, mix_table
from valuekit.report.mix_charts import mix_chart, mix_sensitivity_chart, mix_share_chart
from valuekit.report.mix_words import mix_banner
from valuekit.report.operator_charts import discrepancy_chart, operators_chart
from valuekit.report.operator_tables import operator_checks_table, operators_table
from valuekit.report.overlap_tables import double_counts_table
from valuekit.report.quality import quality_banner, quality_method, quality_title
from valuekit.report.quality_charts import predictive_checks_chart, prior_sensitivity_chart, sbc_chart
from valuekit.report.quality_tables import (
    convergence_table,
    pit_tests_table,
    predictive_checks_table,
    prior_sensitivity_table,
    quality_table,
    sbc_table,
)
from valuekit.report.score_calibration import calibration_chart, pit_chart
from valuekit.report.score_comparisons import comparisons_chart, comparisons_table
from valuekit.report.score_coverage import coverage_by_horizon_chart
from valuekit.report.score_horizons import horizon_chart
from valuekit.report.score_sensitivity import sensitivity_chart
from valuekit.report.subsidy_tables import subsidy_policies_table
from valuekit.report.trace_draws import forecast_traces
from valuekit.report.trace_quotient import per_connection_traces
from valuekit.report.trace_value import value_traces
from valuekit.report.value import value_method, value_title
from valuekit.report.value_bounds import bounds_chart
from valuekit.report.value_bridge import bridge_chart
from valuekit.report.value_charts import value_statement_chart
from valuekit.report.value_drivers import driver_range_chart
from valuekit.report.value_periods import value_by_period_chart
from valuekit.report.value_reconciliation import reconciliation_chart
from valuekit.report.value_tables import (
    bounds_table,
    bridge_table,
    exceptions_table,
    per_connection_table,
    reconciliation_table,
    rule_use_table,
    statement_by_period_table,
    statement_table,
)

__all__ = [
    "accounts_method",
    "accounts_source",
    "accounts_title",
    "area_counts_chart",
    "area_counts_table",
    "area_map_table",
    "area_path_chart",
    "areas_chart",
    "areas_table",
    "attainment_by_model_chart",
    "attainment_chart",
    "attainment_date_chart",
    "attainment_date_table",
    "attainment_method",
    "attainment_months_table",
    "attainment_table",
    "attainment_title",
    "bounds_chart",
    "bounds_table",
    "bridge_chart",
    "bridge_table",
    "calibration_chart",
    "calibration_table",
    "comparisons_chart",
    "comparisons_table",
    "connections_method",
    "connections_title",
    "convergence_table",
    "coverage_by_horizon_chart",
    "diagnostics_banner",
    "discrepancy_chart",
    "double_counts_table",
    "driver_range_chart",
    "driver_range_table",
    "exceptions_table",
    "fan_chart",
    "first_passage_table",
    "forecast_traces",
    "headline",
    "horizon_chart",
    "horizon_scores_table",
    "inversion_chart",
    "inversion_table",
    "joint_chart",
    "joint_table",
    "mix_banner",
    "mix_chart",
    "mix_readings_table",
    "mix_scores_table",
    "mix_sensitivity_chart",
    "mix_sensitivity_table",
    "mix_share_chart",
    "mix_table",
    "models_chart",
    "models_table",
    "needed_path_chart",
    "needed_path_table",
    "net_additions_chart",
    "net_additions_table",
    "observations_table",
    "operator_checks_table",
    "operators_chart",
    "operators_table",
    "passage_months_table",
    "per_connection_table",
    "per_connection_traces",
    "pit_chart",
    "pit_tests_table",
    "predictive_checks_chart",
    "predictive_checks_table",
    "prior_sensitivity_chart",
    "prior_sensitivity_table",
    "quality_banner",
    "quality_method",
    "quality_table",
    "quality_title",
    "reconciliation_chart",
    "reconciliation_table",
    "rule_use_table",
    "sbc_chart",
    "sbc_table",
    "scenarios_chart",
    "scenarios_table",
    "scores_table",
    "sensitivity_chart",
    "sensitivity_table",
    "series_source",
    "statement_by_period_table",
    "statement_table",
    "subsidy_policies_table",
    "synthetic_banner",
    "third_party_paths_table",
    "third_party_table",
    "tie_out_table",
    "unattributed_banner",
    "value_by_period_chart",
    "value_method",
    "value_statement_chart",
    "value_title",
    "value_traces",
    "vintage_models_table",
    "vintages_chart",
    "vintages_table",
    "weights_table",
]

"""The one place where columns are spelled: every table that crosses a package border.

A schema lists its columns in order, each with its kind, unit and meaning. Amounts are int64
minor units in columns that end in ``_minor``; periods are text ``YYYY-MM``; probabilities and
shares are numbers from 0 to 1; connections are in the unit of their series (10^8 for China).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    MONTH = "month"
    MINOR = "minor"
    INTEGER = "integer"
    NUMBER = "number"
    SHARE = "share"
    PROBABILITY = "probability"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, kind, meaning, and whether a cell may be empty or the column absent."""

    name: str
    kind: Kind
    meaning: str
    nullable: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns of a table, in order."""

    name: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(column.name for column in self.columns)

    def __getitem__(self, name: str) -> Column:
        """Find a column by name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name!r}")


def _c(name: str, kind: Kind, meaning: str, *, nullable: bool = False, optional: bool = False) -> Column:
    return Column(name, kind, meaning, nullable, optional)


_CURRENCY: Final = _c("currency", Kind.TEXT, "ISO 4217")
_AMOUNT: Final = _c("amount_minor", Kind.MINOR, "amount in minor units")

# --- inputs of the attribution -------------------------------------------------------------

LEDGER: Final = Schema(
    "ledger",
    (
        _c("line_id", Kind.TEXT, "unique in the ledger"),
        _c("contract_id", Kind.TEXT, "null: a line of its own", nullable=True),
        _c("period", Kind.MONTH, "month in which it is posted"),
        _c("service_period", Kind.MONTH, "month of service; decides rules and prices; default period"),
        _c("product_code", Kind.TEXT, "text with its leading zeros"),
        _AMOUNT,
        _CURRENCY,
        _c("quantity", Kind.INTEGER, "units sold; default 1"),
        _c("account", Kind.TEXT, "general-ledger account", nullable=True, optional=True),
        _c("operator", Kind.TEXT, "operator", nullable=True, optional=True),
        _c("province", Kind.TEXT, "province", nullable=True, optional=True),
        _c("customer_id", Kind.TEXT, "never printed", nullable=True, optional=True),
        _c("segment", Kind.TEXT, "customer segment", nullable=True, optional=True),
        _c("application_area", Kind.TEXT, "application area", nullable=True, optional=True),
        _c("technology", Kind.TEXT, "radio technology", nullable=True, optional=True),
        _c("doc_type", Kind.TEXT, "INV, CRN (credit note), ADJ ...", nullable=True, optional=True),
    ),
)
PRICES: Final = Schema(
    "prices",
    (
        _c("product_code", Kind.TEXT, "as in the ledger"),
        _c("region", Kind.TEXT, "province; null: everywhere", nullable=True, optional=True),
        _c("valid_from", Kind.MONTH, "first month"),
        _c("valid_to", Kind.MONTH, "last month; null: open", nullable=True),
        _c("method", Kind.TEXT, "observable, adjusted_market, cost_plus_margin, residual"),
        _c("low_minor", Kind.MINOR, "lower end of the range", nullable=True),
        _c("ssp_minor", Kind.MINOR, "standalone selling price of one unit"),
        _c("high_minor", Kind.MINOR, "upper end of the range", nullable=True),
        _CURRENCY,
        _c("tax_included", Kind.FLAG, "prices with tax are refused: strip it first"),
    ),
)
DRIVERS: Final = Schema(
    "drivers",
    (
        _c("period", Kind.MONTH, "service month"),
        _c("pool_id", Kind.TEXT, "the shared service, as rules name it"),
        _c("claimant", Kind.TEXT, "business line; iot is ours"),
        _c("driver", Kind.TEXT, "what is metered, such as vcpu_hours"),
        _c("quantity", Kind.INTEGER, "metered quantity in the driver's unit"),
        _c(
            "total",
            Kind.INTEGER,
            "what the billing system counts for month, pool and driver; claimants must not exceed it",
            nullable=True,
            optional=True,
        ),
    ),
)
CLAIMS: Final = Schema(
    "claims",
    (
        _c("line_id", Kind.TEXT, "ledger line"),
        _c("claimant", Kind.TEXT, "business line that reports it as its own"),
        _AMOUNT,
        _CURRENCY,
    ),
)

CONTROLS: Final = Schema(
    "controls",
    (
        _c("file", Kind.TEXT, "file that was read"),
        _c("sha256", Kind.TEXT, "of its bytes"),
        _c("rows", Kind.INTEGER, "lines, without the header"),
        _CURRENCY,
        _c("total_minor", Kind.MINOR, "control total of the file in this currency"),
    ),
)

# --- results of the attribution ------------------------------------------------------------

JOURNAL: Final = Schema(
    "journal",
    (
        _c("line_id", Kind.TEXT, "ledger line"),
        _c("seq", Kind.INTEGER, "position within the line, from 0"),
        _c(
            "step",
            Kind.TEXT,
            "billed; reallocated, contract_view (sum to 0 per pool); driven, overlap (per line)",
        ),
        _c("rule_id", Kind.TEXT, "null: no rule matched, or rules conflict", nullable=True),
        _c("carrier", Kind.TEXT, "null: not known which", nullable=True),
        _c("evidence", Kind.TEXT, "direct, allocated, estimated, unattributed"),
        _c("treatment", Kind.TEXT, "gross, net, excluded"),
        _AMOUNT,
        _c("period", Kind.MONTH, "posting period of the line"),
        _CURRENCY,
        _c("pool", Kind.TEXT, "contract of the pool; null outside bundles", nullable=True),
    ),
)
STATEMENT: Final = Schema(
    "statement",
    (
        _CURRENCY,
        _c("carrier", Kind.TEXT, "null: not known which", nullable=True),
        _c("evidence", Kind.TEXT, "evidence tier"),
        _c("treatment", Kind.TEXT, "gross, net, excluded"),
        _c("billed_minor", Kind.MINOR, "as billed"),
        _c("reallocated_minor", Kind.MINOR, "moved inside what was billed together"),
        _c("contract_view_minor", Kind.MINOR, "moved further, inside the whole contract"),
        _c("driven_minor", Kind.MINOR, "moved by drivers"),
        _c("overlap_minor", Kind.MINOR, "taken out because others claim it too"),
        _c("amount_minor", Kind.MINOR, "the sum of these"),
    ),
)
BRIDGE: Final = Schema(
    "bridge",
    (
        _CURRENCY,
        _c("position", Kind.INTEGER, "order of the rows"),
        _c("kind", Kind.TEXT, "opening, change, closing, difference"),
        _c(
            "cause",
            Kind.TEXT,
            "scope with version for opening and closing; else carrier, or reallocation, contract_view,"
            " driven, overlap, treatment, tier",
        ),
        _AMOUNT,
    ),
)
RECONCILIATION: Final = Schema(
    "reconciliation",
    (
        _CURRENCY,
        _c("period", Kind.TEXT, "month, or 'total'"),
        _c("ledger_minor", Kind.MINOR, "control total of the ledger"),
        _c("contract_view_minor", Kind.MINOR, "moved into the month by the contract view; 0 in total"),
        _c("attributed_minor", Kind.MINOR, "carried by a known carrier in the scope"),
        _c("out_of_scope_minor", Kind.MINOR, "known not to be counted in the scope"),
        _c("excluded_minor", Kind.MINOR, "not revenue of ours (treatment excluded)"),
        _c("unattributed_minor", Kind.MINOR, "not known which carrier"),
        _c("difference_minor", Kind.MINOR, "ledger and contract view less the four; printed even when 0"),
    ),
)
BOUNDS: Final = Schema(
    "bounds",
    (
        _CURRENCY,
        _c("period", Kind.TEXT, "month, or 'total'"),
        _c("scope", Kind.TEXT, "scope with version"),
        _c("known_minor", Kind.MINOR, "attributed to a carrier of the scope"),
        _c("low_minor", Kind.MINOR, "known, and unattributed lines that can only lie in the scope"),
        _c("high_minor", Kind.MINOR, "known, and unattributed lines that may lie in the scope"),
    ),
)
EXCEPTIONS: Final = Schema(
    "exceptions",
    (
        _c(
            "kind",
            Kind.TEXT,
            "unmatched, conflict, no_price, pool_without_weight, no_rest, no_driver, mixed_currencies,"
            " claimed_twice",
        ),
        _c("key", Kind.TEXT, "product code, contract, pool or claimants it concerns"),
        _c("detail", Kind.TEXT, "the rules in conflict, or what is missing"),
        _c("lines", Kind.INTEGER, "ledger lines touched"),
        _CURRENCY,
        _AMOUNT,
    ),
)
RULE_USE: Final = Schema(
    "rule_use",
    (
        _c("rule_id", Kind.TEXT, "rule"),
        _c("carrier", Kind.TEXT, "carrier; null: not known which", nullable=True),
        _c("candidates", Kind.TEXT, "possible carriers where the carrier is not known", nullable=True),
        _c("treatment", Kind.TEXT, "gross, net, excluded"),
        _c("evidence", Kind.TEXT, "evidence tier"),
        _c("reason", Kind.TEXT, "why"),
        _c("lines", Kind.INTEGER, "ledger lines it decided"),
        _CURRENCY,
        _AMOUNT,
    ),
)

TIE_OUT: Final = Schema(
    "tie_out",
    (
        _CURRENCY,
        _c("period", Kind.MONTH, "month of service"),
        _c("pool_id", Kind.TEXT, "the shared service"),
        _c("driver", Kind.TEXT, "what is metered; null: no row of the drivers", nullable=True),
        _c(
            "status",
            Kind.TEXT,
            "tied_out, unmetered_rest, no_total, nothing_metered, nothing_billed, alternative",
        ),
        _c("metered", Kind.INTEGER, "sum of the claimants' quantities"),
        _c("total", Kind.INTEGER, "what the billing system counts; null: not stated", nullable=True),
        _c("unmetered", Kind.INTEGER, "total less metered; nobody's"),
        _c("lines", Kind.INTEGER, "ledger lines that it splits"),
        _c("billed_minor", Kind.MINOR, "of these lines"),
        _c("ours_minor", Kind.MINOR, "driven by our claimants"),
        _c("others_minor", Kind.MINOR, "driven by others, or unmetered"),
        _c("unattributed_lines", Kind.INTEGER, "lines for whose claimant nothing is metered"),
        _c("unattributed_minor", Kind.MINOR, "of these lines"),
    ),
)
DRIVER_CLAIMS: Final = Schema(
    "driver_claims",
    (
        _CURRENCY,
        _c("period", Kind.MONTH, "month of service"),
        _c("pool_id", Kind.TEXT, "the shared service"),
        _c("driver", Kind.TEXT, "by which it is allocated; null: none metered", nullable=True),
        _c("role", Kind.TEXT, "ours, other, unmetered, unattributed"),
        _c("claimant", Kind.TEXT, "business line; null: nobody", nullable=True),
        _c("amount_minor", Kind.MINOR, "of the pool's lines; the rows of a month and pool sum to them"),
    ),
)
DRIVER_RANGE: Final = Schema(
    "driver_range",
    (
        _CURRENCY,
        _c("pool_id", Kind.TEXT, "the shared service, or 'total'"),
        _c("period", Kind.TEXT, "month of service, or 'total'"),
        _c("driver", Kind.TEXT, "chosen; several where months or rules differ"),
        _c("amount_minor", Kind.MINOR, "ours under the chosen driver"),
        _c("lowest_driver", Kind.TEXT, "admissible driver that gives us least, month by month"),
        _c("lowest_minor", Kind.MINOR, "ours under it"),
        _c("highest_driver", Kind.TEXT, "admissible driver that gives us most, month by month"),
        _c("highest_minor", Kind.MINOR, "ours under it"),
        _c("drivers", Kind.INTEGER, "admissible drivers: they meter our claimant in the month"),
    ),
)
DOUBLE_COUNTS: Final = Schema(
    "double_counts",
    (
        _c("line_id", Kind.TEXT, "ledger line that more than one business line reports, or beyond 100 %"),
        _c("period", Kind.MONTH, "posting period of the line"),
        _CURRENCY,
        _c("line_minor", Kind.MINOR, "amount of the line after reallocation"),
        _c("ours_minor", Kind.MINOR, "reported by us"),
        _c("claimants", Kind.TEXT, "other business lines that report it, in order"),
        _c("claims", Kind.TEXT, "what each of them reports, in the same order"),
        _c("claimed_minor", Kind.MINOR, "reported by them together"),
        _c("over_minor", Kind.MINOR, "ours and theirs beyond 100 % of the line"),
        _c("excess_minor", Kind.MINOR, "what the policy eliminate takes out of ours"),
    ),
)
SUBSIDY_POLICIES: Final = Schema(
    "subsidy_policies",
    (
        _c(
            "policy",
            Kind.TEXT,
            "reduction_of_revenue, discount_across_obligations, contract_cost",
        ),
        _c("chosen", Kind.FLAG, "the policy of the rule book"),
        _CURRENCY,
        _c("scope", Kind.TEXT, "scope with version"),
        _c("amount_minor", Kind.MINOR, "counted in the scope under the policy"),
        _c("difference_minor", Kind.MINOR, "less what is counted under the chosen policy"),
    ),
)

RULE_FINDINGS: Final = Schema(
    "rule_findings",
    (
        _c("kind", Kind.TEXT, "conflict, unmatched, shadowed, never_matches"),
        _c("rule_id", Kind.TEXT, "rule; null: no rule matches", nullable=True),
        _c("others", Kind.TEXT, "rules that disagree, or that decide in its place", nullable=True),
        _c("detail", Kind.TEXT, "what was found"),
        _c("key", Kind.TEXT, "the key with the most money that it concerns", nullable=True),
        _c("lines", Kind.INTEGER, "ledger lines touched; 0 without a ledger"),
        _c("currency", Kind.TEXT, "ISO 4217; null: no line is touched", nullable=True),
        _AMOUNT,
    ),
)

# --- connections ---------------------------------------------------------------------------

SERIES: Final = Schema(
    "series",
    (
        _c("period", Kind.MONTH, "month at whose end the stock is counted"),
        _c("value", Kind.NUMBER, "connections, in the unit of the series"),
        _c(
            "rounding",
            Kind.NUMBER,
            "half of the last published digit, in the unit of the series",
            optional=True,
        ),
        _c("confidence", Kind.TEXT, "high, medium, low; low is left out of default models", optional=True),
        _c("note", Kind.TEXT, "as published", optional=True),
    ),
)
QUANTILE_COLUMNS: Final = ("q025", "q05", "q10", "q25", "q50", "q75", "q90", "q95", "q975")
QUANTILE_LEVELS: Final = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)
FAN: Final = Schema(
    "fan",
    (
        _c("model", Kind.TEXT, "model name, or 'stack'"),
        _c("period", Kind.MONTH, "month"),
        *(_c(name, Kind.NUMBER, "posterior predictive quantile") for name in QUANTILE_COLUMNS),
    ),
)
MODELS: Final = Schema(
    "models",
    (
        _c("model", Kind.TEXT, "model name, or 'stack' (last row)"),
        _c("role", Kind.TEXT, "pooled, scenario, stack"),
        _c("weight", Kind.SHARE, "weight in the stack; 1 for the stack itself"),
        _c("median", Kind.NUMBER, "of the target month"),
        _c("low80", Kind.NUMBER, "10 % quantile of the target month"),
        _c("high80", Kind.NUMBER, "90 % quantile"),
        _c("low95", Kind.NUMBER, "2.5 % quantile"),
        _c("high95", Kind.NUMBER, "97.5 % quantile"),
        _c("probability", Kind.PROBABILITY, "of attaining the target; null without one", nullable=True),
        _c("mcse", Kind.NUMBER, "Monte Carlo standard error of the probability", nullable=True),
        _c("rhat", Kind.NUMBER, "largest over parameters; null for exact draws", nullable=True),
        _c("ess_bulk", Kind.NUMBER, "smallest over parameters", nullable=True),
        _c("ess_tail", Kind.NUMBER, "smallest over parameters", nullable=True),
        _c("divergences", Kind.INTEGER, "after tuning", nullable=True),
    ),
)
SCORES: Final = Schema(
    "scores",
    (
        _c("model", Kind.TEXT, "model, 'stack' or baseline"),
        _c("role", Kind.TEXT, "pooled, scenario, stack, baseline"),
        _c("origins", Kind.INTEGER, "forecast origins"),
        _c("forecasts", Kind.INTEGER, "pairs of origin and horizon scored"),
        _c("wis", Kind.NUMBER, "mean weighted interval score, unit of the series; lower is better"),
        _c("relative_wis", Kind.NUMBER, "against the best baseline; below 1 is better"),
        _c("wis_recent", Kind.NUMBER, "origins from 2023 on", nullable=True),
        _c("crps", Kind.NUMBER, "mean continuous ranked probability score"),
        _c("bias", Kind.NUMBER, "mean of median less observed"),
        _c("coverage50", Kind.SHARE, "of the central 50 % interval"),
        _c("coverage80", Kind.SHARE, "of the central 80 % interval"),
        _c("coverage95", Kind.SHARE, "of the central 95 % interval"),
    ),
)
HORIZON_SCORES: Final = Schema(
    "horizon_scores",
    (
        _c("model", Kind.TEXT, "model, 'stack' or baseline"),
        _c("horizon", Kind.TEXT, "bucket of months, such as 1-6"),
        _c("forecasts", Kind.INTEGER, "pairs scored"),
        _c("wis", Kind.NUMBER, "mean weighted interval score"),
    ),
)
CALIBRATION: Final = Schema(
    "calibration",
    (
        _c("model", Kind.TEXT, "model, 'stack' or baseline"),
        _c("nominal", Kind.SHARE, "0.5, 0.8, 0.95"),
        _c("observed", Kind.SHARE, "share of published months inside"),
        _c("forecasts", Kind.INTEGER, "pairs scored"),
    ),
)
PIT: Final = Schema(
    "pit",
    (
        _c("model", Kind.TEXT, "model or 'stack'"),
        _c("bin_low", Kind.SHARE, "probability integral transform from"),
        _c("bin_high", Kind.SHARE, "to"),
        _c("share", Kind.SHARE, "of the forecasts"),
    ),
)
SENSITIVITY: Final = Schema(
    "sensitivity",
    (
        _c("case", Kind.TEXT, "what was changed"),
        _c("model", Kind.TEXT, "model, or 'stack'"),
        _c("median", Kind.NUMBER, "of the target month"),
        _c("probability", Kind.PROBABILITY, "of attaining the target"),
    ),
)
NET_ADDITIONS: Final = Schema(
    "net_additions",
    (
        _c("kind", Kind.TEXT, "observed, last_12_months, last_24_months, needed"),
        _c("from_period", Kind.MONTH, "after the end of"),
        _c("to_period", Kind.MONTH, "until the end of"),
        _c("months", Kind.INTEGER, "between the two"),
        _c("per_month", Kind.NUMBER, "net additions a month, unit of the series"),
    ),
)

# --- targets -------------------------------------------------------------------------------

ATTAINMENT: Final = Schema(
    "attainment",
    (
        _c("target", Kind.TEXT, "target id, with k for 'a number of'"),
        _c("due", Kind.MONTH, "judged at the end of"),
        _c("comparator", Kind.TEXT, ">, >=, =, ~", nullable=True),
        _c("threshold", Kind.NUMBER, "in the target's unit", nullable=True),
        _c("unit", Kind.TEXT, "of the threshold"),
        _c("status", Kind.TEXT, "forecast, observed, no_data"),
        _c("probability", Kind.PROBABILITY, "null where no data exist", nullable=True),
        _c("mcse", Kind.NUMBER, "Monte Carlo standard error", nullable=True),
        _c("needed", Kind.TEXT, "what data would be needed; empty otherwise"),
    ),
)
ATTAINMENT_DATE: Final = Schema(
    "attainment_date",
    (
        _c("period", Kind.MONTH, "month"),
        _c("probability", Kind.PROBABILITY, "that the threshold is passed by then and held at that month"),
    ),
)
ATTAINMENT_MONTHS: Final = Schema(
    "attainment_months",
    (
        _c("chance", Kind.PROBABILITY, "probability that is asked for"),
        _c(
            "period",
            Kind.MONTH,
            "first month that has it; null: not by the last month forecast",
            nullable=True,
        ),
        _c("last_period", Kind.MONTH, "last month forecast"),
    ),
)
AREAS: Final = Schema(
    "areas",
    (
        _c("area", Kind.TEXT, "application area"),
        _c("last_period", Kind.MONTH, "last published month"),
        _c("last_value", Kind.NUMBER, "1e8 connections then"),
        _c("q10", Kind.NUMBER, "of the target month"),
        _c("q50", Kind.NUMBER, "of the target month"),
        _c("q90", Kind.NUMBER, "of the target month"),
        _c("p_1e8", Kind.PROBABILITY, "of at least 10^8"),
        _c("p_1e7", Kind.PROBABILITY, "of at least 10^7"),
    ),
)
JOINT: Final = Schema(
    "joint",
    (
        _c("case", Kind.TEXT, "the targets that must all hold"),
        _c("targets", Kind.TEXT, "their ids"),
        _c("probability", Kind.PROBABILITY, "from the same draws, never a product"),
        _c("product", Kind.PROBABILITY, "of the single probabilities, for comparison only"),
        _c("mcse", Kind.NUMBER, "Monte Carlo standard error"),
    ),
)

# --- money and connections together --------------------------------------------------------

PER_CONNECTION: Final = Schema(
    "per_connection",
    (
        _c("period", Kind.MONTH, "last month of the published period; periods overlap and are never added"),
        _c("period_kind", Kind.TEXT, "year, half, quarter"),
        _c("months", Kind.INTEGER, "length of the period"),
        _CURRENCY,
        _AMOUNT,
        _c("opening", Kind.NUMBER, "million connections before the period", nullable=True),
        _c("closing", Kind.NUMBER, "million connections at its end", nullable=True),
        _c("average", Kind.NUMBER, "of opening and closing", nullable=True),
        _c(
            "per_connection_minor",
            Kind.MINOR,
            "for one connection and a year: amount x 12 / months / average, rounded half even",
            nullable=True,
        ),
        _c("low_minor", Kind.MINOR, "lower bound of it", nullable=True),
        _c("high_minor", Kind.MINOR, "upper bound of it", nullable=True),
        _c("annualised", Kind.FLAG, "whether the period is shorter than a year and was scaled up"),
        _c("basis", Kind.TEXT, "where the counts come from, or why there is no quotient"),
    ),
)

# --- data that ship ------------------------------------------------------------------------

DATASETS: Final = Schema(
    "datasets",
    (
        _c("name", Kind.TEXT, "as load_dataset takes it"),
        _c("title", Kind.TEXT, "what it holds"),
        _c("kind", Kind.TEXT, "table, note, generated"),
        _c("unit", Kind.TEXT, "of the values"),
        _c("rows", Kind.INTEGER, "counted", nullable=True),
        _c(
            "first", Kind.TEXT, "first period, of the series wanted monthly where there is one", nullable=True
        ),
        _c("last", Kind.TEXT, "last period", nullable=True),
        _c("missing_months", Kind.INTEGER, "months without a figure between the two", nullable=True),
        _c(
            "doubtful_rows",
            Kind.INTEGER,
            "of low confidence or contested; default models leave them out",
            nullable=True,
        ),
        _c("synthetic", Kind.FLAG, "invented data"),
        _c("gaps", Kind.TEXT, "what it lacks"),
        _c("licence", Kind.TEXT, "under what it may be used"),
    ),
)

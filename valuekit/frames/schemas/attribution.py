"""Ledgers and what attribution makes of them."""

from typing import Final

from valuekit.frames.schemas.schema import AMOUNT, CURRENCY, Kind, Schema, column

# --- inputs of the attribution -------------------------------------------------------------

LEDGER: Final = Schema(
    "ledger",
    (
        column("line_id", Kind.TEXT, "unique in the ledger"),
        column("contract_id", Kind.TEXT, "null: a line of its own", nullable=True),
        column("period", Kind.MONTH, "month in which it is posted"),
        column("service_period", Kind.MONTH, "month of service; decides rules and prices; default period"),
        column("product_code", Kind.TEXT, "text with its leading zeros"),
        AMOUNT,
        CURRENCY,
        column("quantity", Kind.INTEGER, "units sold; default 1"),
        column("account", Kind.TEXT, "general-ledger account", nullable=True, optional=True),
        column("operator", Kind.TEXT, "operator", nullable=True, optional=True),
        column("province", Kind.TEXT, "province", nullable=True, optional=True),
        column("customer_id", Kind.TEXT, "never printed", nullable=True, optional=True),
        column("segment", Kind.TEXT, "customer segment", nullable=True, optional=True),
        column("application_area", Kind.TEXT, "application area", nullable=True, optional=True),
        column("technology", Kind.TEXT, "radio technology", nullable=True, optional=True),
        column("doc_type", Kind.TEXT, "INV, CRN (credit note), ADJ ...", nullable=True, optional=True),
    ),
)
PRICES: Final = Schema(
    "prices",
    (
        column("product_code", Kind.TEXT, "as in the ledger"),
        column("region", Kind.TEXT, "province; null: everywhere", nullable=True, optional=True),
        column("valid_from", Kind.MONTH, "first month"),
        column("valid_to", Kind.MONTH, "last month; null: open", nullable=True),
        column("method", Kind.TEXT, "observable, adjusted_market, cost_plus_margin, residual"),
        column("low_minor", Kind.MINOR, "lower end of the range", nullable=True),
        column("ssp_minor", Kind.MINOR, "standalone selling price of one unit"),
        column("high_minor", Kind.MINOR, "upper end of the range", nullable=True),
        CURRENCY,
        column("tax_included", Kind.FLAG, "prices with tax are refused: strip it first"),
    ),
)
DRIVERS: Final = Schema(
    "drivers",
    (
        column("period", Kind.MONTH, "service month"),
        column("pool_id", Kind.TEXT, "the shared service, as rules name it"),
        column("claimant", Kind.TEXT, "business line; iot is ours"),
        column("driver", Kind.TEXT, "what is metered, such as vcpu_hours"),
        column("quantity", Kind.INTEGER, "metered quantity in the driver's unit"),
        column(
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
        column("line_id", Kind.TEXT, "ledger line"),
        column("claimant", Kind.TEXT, "business line that reports it as its own"),
        AMOUNT,
        CURRENCY,
    ),
)

CONTROLS: Final = Schema(
    "controls",
    (
        column("file", Kind.TEXT, "file that was read"),
        column("sha256", Kind.TEXT, "of its bytes"),
        column("rows", Kind.INTEGER, "lines, without the header"),
        CURRENCY,
        column("total_minor", Kind.MINOR, "control total of the file in this currency"),
    ),
)

# --- results of the attribution ------------------------------------------------------------

JOURNAL: Final = Schema(
    "journal",
    (
        column("line_id", Kind.TEXT, "ledger line"),
        column("seq", Kind.INTEGER, "position within the line, from 0"),
        column(
            "step",
            Kind.TEXT,
            "billed; reallocated, contract_view (sum to 0 per pool); driven, overlap (per line)",
        ),
        column("rule_id", Kind.TEXT, "null: no rule matched, or rules conflict", nullable=True),
        column("carrier", Kind.TEXT, "null: not known which", nullable=True),
        column("evidence", Kind.TEXT, "direct, allocated, estimated, unattributed"),
        column("treatment", Kind.TEXT, "gross, net, excluded"),
        AMOUNT,
        column("period", Kind.MONTH, "posting period of the line"),
        CURRENCY,
        column("pool", Kind.TEXT, "contract of the pool; null outside bundles", nullable=True),
    ),
)
STATEMENT: Final = Schema(
    "statement",
    (
        CURRENCY,
        column("carrier", Kind.TEXT, "null: not known which", nullable=True),
        column("evidence", Kind.TEXT, "evidence tier"),
        column("treatment", Kind.TEXT, "gross, net, excluded"),
        column("billed_minor", Kind.MINOR, "as billed"),
        column("reallocated_minor", Kind.MINOR, "moved inside what was billed together"),
        column("contract_view_minor", Kind.MINOR, "moved further, inside the whole contract"),
        column("driven_minor", Kind.MINOR, "moved by drivers"),
        column("overlap_minor", Kind.MINOR, "taken out because others claim it too"),
        column("amount_minor", Kind.MINOR, "the sum of these"),
    ),
)
BRIDGE: Final = Schema(
    "bridge",
    (
        CURRENCY,
        column("position", Kind.INTEGER, "order of the rows"),
        column("kind", Kind.TEXT, "opening, change, closing, difference"),
        column(
            "cause",
            Kind.TEXT,
            "scope with version for opening and closing; else carrier, or reallocation, contract_view,"
            " driven, overlap, treatment, tier",
        ),
        AMOUNT,
    ),
)
RECONCILIATION: Final = Schema(
    "reconciliation",
    (
        CURRENCY,
        column("period", Kind.TEXT, "month, or 'total'"),
        column("ledger_minor", Kind.MINOR, "control total of the ledger"),
        column("contract_view_minor", Kind.MINOR, "moved into the month by the contract view; 0 in total"),
        column("attributed_minor", Kind.MINOR, "carried by a known carrier in the scope"),
        column("out_of_scope_minor", Kind.MINOR, "known not to be counted in the scope"),
        column("excluded_minor", Kind.MINOR, "not revenue of ours (treatment excluded)"),
        column("unattributed_minor", Kind.MINOR, "not known which carrier"),
        column("difference_minor", Kind.MINOR, "ledger and contract view less the four; printed even when 0"),
    ),
)
BOUNDS: Final = Schema(
    "bounds",
    (
        CURRENCY,
        column("period", Kind.TEXT, "month, or 'total'"),
        column("scope", Kind.TEXT, "scope with version"),
        column("known_minor", Kind.MINOR, "attributed to a carrier of the scope"),
        column("low_minor", Kind.MINOR, "known, and unattributed lines that can only lie in the scope"),
        column("high_minor", Kind.MINOR, "known, and unattributed lines that may lie in the scope"),
    ),
)
EXCEPTIONS: Final = Schema(
    "exceptions",
    (
        column(
            "kind",
            Kind.TEXT,
            "unmatched, conflict, no_price, pool_without_weight, no_rest, no_driver, mixed_currencies,"
            " claimed_twice",
        ),
        column("key", Kind.TEXT, "product code, contract, pool or claimants it concerns"),
        column("detail", Kind.TEXT, "the rules in conflict, or what is missing"),
        column("lines", Kind.INTEGER, "ledger lines touched"),
        CURRENCY,
        AMOUNT,
    ),
)
RULE_USE: Final = Schema(
    "rule_use",
    (
        column("rule_id", Kind.TEXT, "rule"),
        column("carrier", Kind.TEXT, "carrier; null: not known which", nullable=True),
        column("candidates", Kind.TEXT, "possible carriers where the carrier is not known", nullable=True),
        column("treatment", Kind.TEXT, "gross, net, excluded"),
        column("evidence", Kind.TEXT, "evidence tier"),
        column("reason", Kind.TEXT, "why"),
        column("lines", Kind.INTEGER, "ledger lines it decided"),
        CURRENCY,
        AMOUNT,
    ),
)

TIE_OUT: Final = Schema(
    "tie_out",
    (
        CURRENCY,
        column("period", Kind.MONTH, "month of service"),
        column("pool_id", Kind.TEXT, "the shared service"),
        column("driver", Kind.TEXT, "what is metered; null: no row of the drivers", nullable=True),
        column(
            "status",
            Kind.TEXT,
            "tied_out, unmetered_rest, no_total, nothing_metered, nothing_billed, alternative",
        ),
        column("metered", Kind.INTEGER, "sum of the claimants' quantities"),
        column("total", Kind.INTEGER, "what the billing system counts; null: not stated", nullable=True),
        column("unmetered", Kind.INTEGER, "total less metered; nobody's"),
        column("lines", Kind.INTEGER, "ledger lines that it splits"),
        column("billed_minor", Kind.MINOR, "of these lines"),
        column("ours_minor", Kind.MINOR, "driven by our claimants"),
        column("others_minor", Kind.MINOR, "driven by others, or unmetered"),
        column("unattributed_lines", Kind.INTEGER, "lines for whose claimant nothing is metered"),
        column("unattributed_minor", Kind.MINOR, "of these lines"),
    ),
)
DRIVER_CLAIMS: Final = Schema(
    "driver_claims",
    (
        CURRENCY,
        column("period", Kind.MONTH, "month of service"),
        column("pool_id", Kind.TEXT, "the shared service"),
        column("driver", Kind.TEXT, "by which it is allocated; null: none metered", nullable=True),
        column("role", Kind.TEXT, "ours, other, unmetered, unattributed"),
        column("claimant", Kind.TEXT, "business line; null: nobody", nullable=True),
        column("amount_minor", Kind.MINOR, "of the pool's lines; the rows of a month and pool sum to them"),
    ),
)
DRIVER_RANGE: Final = Schema(
    "driver_range",
    (
        CURRENCY,
        column("pool_id", Kind.TEXT, "the shared service, or 'total'"),
        column("period", Kind.TEXT, "month of service, or 'total'"),
        column("driver", Kind.TEXT, "chosen; several where months or rules differ"),
        column("amount_minor", Kind.MINOR, "ours under the chosen driver"),
        column("lowest_driver", Kind.TEXT, "admissible driver that gives us least, month by month"),
        column("lowest_minor", Kind.MINOR, "ours under it"),
        column("highest_driver", Kind.TEXT, "admissible driver that gives us most, month by month"),
        column("highest_minor", Kind.MINOR, "ours under it"),
        column("drivers", Kind.INTEGER, "admissible drivers: they meter our claimant in the month"),
    ),
)
DOUBLE_COUNTS: Final = Schema(
    "double_counts",
    (
        column("line_id", Kind.TEXT, "ledger line that more than one business line reports, or beyond 100 %"),
        column("period", Kind.MONTH, "posting period of the line"),
        CURRENCY,
        column("line_minor", Kind.MINOR, "amount of the line after reallocation"),
        column("ours_minor", Kind.MINOR, "reported by us"),
        column("claimants", Kind.TEXT, "other business lines that report it, in order"),
        column("claims", Kind.TEXT, "what each of them reports, in the same order"),
        column("claimed_minor", Kind.MINOR, "reported by them together"),
        column("over_minor", Kind.MINOR, "ours and theirs beyond 100 % of the line"),
        column("excess_minor", Kind.MINOR, "what the policy eliminate takes out of ours"),
    ),
)
SUBSIDY_POLICIES: Final = Schema(
    "subsidy_policies",
    (
        column(
            "policy",
            Kind.TEXT,
            "reduction_of_revenue, discount_across_obligations, contract_cost",
        ),
        column("chosen", Kind.FLAG, "the policy of the rule book"),
        CURRENCY,
        column("scope", Kind.TEXT, "scope with version"),
        column("amount_minor", Kind.MINOR, "counted in the scope under the policy"),
        column("difference_minor", Kind.MINOR, "less what is counted under the chosen policy"),
    ),
)

RULE_FINDINGS: Final = Schema(
    "rule_findings",
    (
        column("kind", Kind.TEXT, "conflict, unmatched, shadowed, never_matches"),
        column("rule_id", Kind.TEXT, "rule; null: no rule matches", nullable=True),
        column("others", Kind.TEXT, "rules that disagree, or that decide in its place", nullable=True),
        column("detail", Kind.TEXT, "what was found"),
        column("key", Kind.TEXT, "the key with the most money that it concerns", nullable=True),
        column("lines", Kind.INTEGER, "ledger lines touched; 0 without a ledger"),
        column("currency", Kind.TEXT, "ISO 4217; null: no line is touched", nullable=True),
        AMOUNT,
    ),
)

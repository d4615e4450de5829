"""Realistic made-up results, in the columns of frames/schemas/."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from valuekit.frames import schemas

# MIIT monthly bulletins, 1e8 connections.
PUBLISHED = {
    "2018-09": 5.9, "2018-12": 6.71, "2019-12": 10.3, "2020-03": 10.78, "2020-05": 10.97, "2020-06": 11.06,
    "2020-11": 11.12, "2020-12": 11.36, "2021-04": 12.36, "2021-06": 12.94, "2021-07": 13.06, "2021-12": 13.99,
    "2022-02": 14.64, "2022-05": 15.9, "2022-06": 16.39, "2022-07": 16.67, "2022-08": 16.98, "2022-10": 17.77,
    "2022-12": 18.45, "2023-02": 19.05, "2023-04": 20.11, "2023-06": 21.23, "2023-08": 21.77, "2023-12": 23.32,
    "2024-02": 23.64, "2024-06": 25.29, "2024-07": 25.47, "2024-08": 25.65, "2024-12": 26.56, "2025-03": 27.28,
    "2025-04": 27.37, "2025-05": 27.8, "2025-07": 28.35, "2025-08": 28.72, "2025-10": 28.9, "2025-11": 29.0,
    "2025-12": 28.88,
}  # fmt: skip
MODELS = {
    "lin_iou": (31.7, 1.9),
    "random_walk_drift": (34.2, 1.6),
    "bass": (31.9, 3.1),
    "logistic": (29.8, 1.2),
}
AREAS = {
    "public services": (10.2, 14.9), "connected vehicles": (4.8, 6.1), "smart retail": (3.8, 4.9),
    "smart home": (3.4, 4.6), "industrial manufacturing": (1.1, 1.6), "smart agriculture": (0.12, 0.31),
}  # fmt: skip
STATEMENT_ROWS = [
    ("card", "direct", "gross", 412_345_678_901, -30_000_000_017, 0),
    ("card", "allocated", "gross", 0, 12_345_678_900, 0),
    ("terminal", "direct", "gross", 98_765_432_100, 0, 0),
    ("terminal", "allocated", "gross", 0, 9_876_543_217, 0),
    ("terminal", "direct", "net", 1_234_567_890, 0, 0),
    ("platform", "direct", "gross", 65_432_109_876, 7_777_777_900, 0),
    ("application", "direct", "gross", 21_000_000_001, 0, 0),
    ("compute", "allocated", "gross", 0, 0, 54_321_098_765),
    ("compute", "estimated", "gross", 0, 0, 8_000_000_000),
    ("storage", "allocated", "gross", 0, 0, 12_121_212_121),
    ("storage", "estimated", "gross", 0, 0, -1_500_000_000),
    (None, "unattributed", "gross", 31_415_926_535, 0, 0),
]


def months(first, count):
    return [str(period) for period in pd.period_range(first, periods=count, freq="M")]


def statement_of(rows, **by):
    """Rows of carrier, evidence, treatment, billed, reallocated and driven; nothing else moved."""
    frame = pd.DataFrame(
        [("CNY", *row[:5], 0, row[5], 0, sum(row[3:])) for row in rows],
        columns=list(schemas.STATEMENT.names),
    )
    for position, (name, value) in enumerate(by.items(), start=1):
        frame.insert(position, name, value)
    return frame


@pytest.fixture
def statement():
    return statement_of(STATEMENT_ROWS)


@pytest.fixture
def statement_by_period():
    parts = [
        statement_of(
            [(*row[:3], *(amount // 24 + 7 * k for amount in row[3:])) for row in STATEMENT_ROWS],
            period=month,
        )
        for k, month in enumerate(months("2024-01", 24))
    ]
    return pd.concat(parts, ignore_index=True)


@pytest.fixture
def unicom_statement():
    """Published lines of an operator: a half year and the year that holds it."""
    rows = {
        "2022-06": [("card", "direct", "gross", 430_000_000_000, 0, 0), (None, "unattributed", "gross", 3_690_000_000_000, 0, 0)],
        "2022-12": [("card", "direct", "gross", 860_000_000_000, 0, 0), (None, "unattributed", "gross", 7_050_000_000_000, 0, 0)],
    }  # fmt: skip
    return pd.concat([statement_of(part, period=period) for period, part in rows.items()], ignore_index=True)


@pytest.fixture
def bridge():
    rows = [
        ("opening", "connection", 382_345_678_884),
        ("change", "reallocation", 12_345_678_900),
        ("change", "terminal", 109_876_543_207),
        ("change", "platform", 73_209_887_776),
        ("change", "application", 21_000_000_001),
        ("change", "compute", 62_321_098_765),
        ("change", "storage", 10_621_212_121),
        ("change", "treatment", -1_234_567_890),
        ("closing", "wide", 670_485_531_764),
        ("difference", "", 0),
    ]
    return pd.DataFrame(
        [("CNY", position, *row) for position, row in enumerate(rows)], columns=list(schemas.BRIDGE.names)
    )


def reconciliation_of(periods):
    rows = []
    for k, period in enumerate(periods):
        parts = (28_000_000_000 + k * 310_000_000, 5_600_000_000, 90_000_000 * (k % 3), 1_300_000_000 + k)
        rows.append(("CNY", period, sum(parts), 0, *parts, 0))
    totals = [sum(row[column] for row in rows) for column in range(2, 9)]
    return pd.DataFrame([*rows, ("CNY", "total", *totals)], columns=list(schemas.RECONCILIATION.names))


@pytest.fixture
def reconciliation():
    return reconciliation_of(months("2024-01", 24))


@pytest.fixture
def bounds():
    """Half-years and years of published accounts, per scope."""
    known = {"2021-12": 60, "2022-03": 21, "2022-06": 43, "2022-12": 86, "2023-06": 54}
    rows = [
        ("CNY", period, f"{scope}@2026.1", 10**10 * value, 10**10 * (value + low), 10**10 * (value + high))
        for period, value in known.items()
        for scope, low, high in (("connection", 0, 0), ("component", 0, value // 2), ("wide", 9, 3 * value))
    ]
    return pd.DataFrame(rows, columns=list(schemas.BOUNDS.names))


@pytest.fixture
def exceptions():
    rows = [
        ("conflict", "IOT-PLAT-7", "platform-glob, application-exact", 312, "CNY", 45_678_901),
        ("no_price", "C-000123", "0042", 4, "CNY", -12_345),
        ("unmatched", "ZZ-9", "", 1_204, "CNY", 31_415_926_535),
    ]
    return pd.DataFrame(rows, columns=list(schemas.EXCEPTIONS.names))


@pytest.fixture
def rule_use():
    rows = [
        (
            "card-plans",
            "card",
            None,
            "gross",
            "direct",
            "data plans of IoT cards",
            120_000,
            "CNY",
            412_345_678_901,
        ),
        (
            "terminals-agency",
            "terminal",
            None,
            "net",
            "direct",
            "sold as agent (IFRS 15 B36)",
            900,
            "CNY",
            1_234_567_890,
        ),
        (
            "ict",
            None,
            "platform, application",
            "gross",
            "unattributed",
            "one line for both",
            77,
            "CNY",
            31_415_926_535,
        ),
    ]
    return pd.DataFrame(rows, columns=list(schemas.RULE_USE.names))


@pytest.fixture
def driver_range():
    """Two services with two meters each; storage has the same answer by both."""
    rows = [
        ("cloud", "total", "vcpu_hours", 981_015_746, "vcpu_hours", 981_015_746, "messages", 1_752_143_534, 2),
        ("store", "total", "gb_months", 505_108_355, "gb_months", 505_108_355, "gb_months", 505_108_355, 2),
        (
            "total", "total", "gb_months, vcpu_hours", 1_486_124_101,
            "gb_months, vcpu_hours", 1_486_124_101, "gb_months, messages", 2_257_251_889, 3,
        ),
    ]  # fmt: skip
    return pd.DataFrame([("CNY", *row) for row in rows], columns=list(schemas.DRIVER_RANGE.names))


@pytest.fixture
def tie_out():
    rows = [
        ("2025-01", "cloud", "messages", "alternative", 510, 520, 10, 0, 0, 0, 0, 0, 0),
        ("2025-01", "cloud", "vcpu_hours", "tied_out", 400, 400, 0, 124, 34_460_237, 3_449_007, 31_011_230, 0, 0),
        ("2025-01", "store", "gb_months", "unmetered_rest", 90, 100, 10, 7, 1_000, 300, 700, 1, 50),
        ("2025-02", "cloud", "vcpu_hours", "no_total", 401, None, 0, 120, 33_000_001, 3_300_000, 29_700_001, 0, 0),
        ("2025-02", "store", None, "nothing_metered", 0, None, 0, 0, 0, 0, 0, 8, 1_111),
    ]  # fmt: skip
    frame = pd.DataFrame([("CNY", *row) for row in rows], columns=list(schemas.TIE_OUT.names))
    return frame.astype({"total": "Int64"})


@pytest.fixture
def double_counts():
    rows = [
        ("L-9", "2025-01", "CNY", 10_000, 10_000, "5g, ai", "60.00, 20.00", 8_000, 8_000, 8_000),
        ("L-2", "2025-02", "CNY", 10_000, 4_000, "5g", "61.00", 6_100, 100, 100),
        ("L-3", "2025-02", "CNY", 10_000, 4_000, "5g", "60.00", 6_000, 0, 0),
    ]
    return pd.DataFrame(rows, columns=list(schemas.DOUBLE_COUNTS.names))


@pytest.fixture
def subsidy_policies():
    counted = {"reduction_of_revenue": 0, "discount_across_obligations": 1_250, "contract_cost": 40_000}
    rows = [
        (policy, policy == "reduction_of_revenue", "CNY", f"{scope}@2026.1", amount + more, more)
        for scope, amount in (("connection", 600_000), ("wide", 900_000))
        for policy, more in counted.items()
    ]
    return pd.DataFrame(rows, columns=list(schemas.SUBSIDY_POLICIES.names))


@pytest.fixture
def per_connection():
    rows = [
        (
            "2021-12",
            "year",
            12,
            "CNY",
            600_000_000_000,
            None,
            None,
            None,
            None,
            None,
            None,
            False,
            "no opening count",
        ),
        (
            "2022-12",
            "year",
            12,
            "CNY",
            860_000_000_000,
            290.0,
            386.0,
            338.0,
            2_546,
            2_546,
            8_000,
            False,
            "published",
        ),
        (
            "2023-06",
            "half",
            6,
            "CNY",
            540_000_000_000,
            386.0,
            443.0,
            414.5,
            2_606,
            2_606,
            9_000,
            True,
            "published",
        ),
    ]
    return pd.DataFrame(rows, columns=list(schemas.PER_CONNECTION.names))


@pytest.fixture
def series():
    frame = pd.DataFrame({"period": list(PUBLISHED), "value": list(PUBLISHED.values())})
    frame["rounding"] = [
        0.05 if value in (5.9, 10.3, 15.9, 27.8, 28.9, 29.0) else 0.005 for value in frame["value"]
    ]
    frame["confidence"] = ["medium", *["high"] * 36]
    frame["note"] = ""
    return frame


def fan_of(models, last=28.88, count=24):
    spread = np.array([-1.96, -1.645, -1.2816, -0.6745, 0.0, 0.6745, 1.2816, 1.645, 1.96])
    rows = []
    for model, (median, deviation) in models.items():
        for k, period in enumerate(months("2026-01", count), start=1):
            centre, scale = last + (median - last) * k / count, deviation * (k / count) ** 0.6
            rows.append((model, period, *(centre + scale * spread)))
    return pd.DataFrame(rows, columns=list(schemas.FAN.names))


@pytest.fixture
def fan():
    return fan_of({**MODELS, "stack": (32.4, 2.2)})


@pytest.fixture
def models():
    weights = [0.34, 0.31, 0.35, 0.0, 1.0]
    roles = ["pooled", "pooled", "pooled", "scenario", "stack"]
    rows = []
    for (model, (median, deviation)), weight, role, probability in zip(
        {**MODELS, "stack": (32.4, 2.2)}.items(),
        weights,
        roles,
        [0.053, 0.2, 0.11, 0.0004, 0.062],
        strict=True,
    ):
        interval = (
            median - 1.28 * deviation,
            median + 1.28 * deviation,
            median - 1.96 * deviation,
            median + 1.96 * deviation,
        )
        checks = (1.003, 1874.0, 2210.0, 0) if role != "stack" else (None, None, None, None)
        rows.append((model, role, weight, median, *interval, probability, 0.0035, *checks))
    return pd.DataFrame(rows, columns=list(schemas.MODELS.names))


@pytest.fixture
def scores():
    rows = [
        ("lin_iou", "pooled", 32, 303, 0.556, 0.88, 0.365, 1.15, 0.61, -0.21, 0.46, 0.79, 0.93),
        ("random_walk_drift", "pooled", 32, 303, 0.632, 1.0, 0.318, 1.00, 0.66, 0.05, 0.21, 0.36, 0.55),
        ("bass", "pooled", 32, 303, 0.636, 1.01, 0.490, 1.54, 0.69, -0.32, 0.58, 0.87, 1.0),
        ("logistic", "scenario", 32, 303, 1.452, 2.30, 1.189, 3.74, 1.60, -1.42, 0.31, 0.65, 0.91),
        ("stack", "stack", 32, 303, 0.462, 0.73, 0.312, 0.98, 0.51, -0.14, 0.52, 0.81, 0.97),
        ("auto_ets", "baseline", 32, 303, 0.817, 1.29, 0.344, 1.08, 0.90, 0.11, 0.33, 0.60, 0.75),
        ("naive_drift", "baseline", 32, 303, 0.632, 1.0, 0.318, 1.00, 0.66, 0.05, 0.21, 0.36, 0.55),
    ]
    return pd.DataFrame(rows, columns=list(schemas.SCORES.names))


@pytest.fixture
def horizon_scores():
    wis = {
        "lin_iou": (0.18, 0.34, 0.67, 1.05), "random_walk_drift": (0.26, 0.49, 0.78, 1.01), "bass": (0.28, 0.50, 0.77, 1.02),
        "stack": (0.17, 0.33, 0.55, 0.82), "auto_ets": (0.22, 0.42, 1.02, 1.64), "naive_drift": (0.26, 0.49, 0.78, 1.01),
    }  # fmt: skip
    buckets = ("1-6", "7-12", "13-18", "19-24")
    rows = [
        (model, bucket, 76, value, value / best, 0.7 * value, 0.01, 0.48, 0.79, 0.96)
        for model, values in wis.items()
        for bucket, value, best in zip(buckets, values, wis["naive_drift"], strict=True)
    ]
    return pd.DataFrame(rows, columns=list(schemas.HORIZON_SCORES.names))


@pytest.fixture
def calibration(scores):
    rows = [
        (row.model, nominal, getattr(row, f"coverage{round(100 * nominal)}"), row.forecasts)
        for row in scores.itertuples()
        for nominal in (0.5, 0.8, 0.95)
    ]
    return pd.DataFrame(rows, columns=list(schemas.CALIBRATION.names))


@pytest.fixture
def pit():
    shares = (0.06, 0.09, 0.11, 0.12, 0.14, 0.12, 0.10, 0.09, 0.08, 0.09)
    rows = [("stack", k / 10, (k + 1) / 10, share) for k, share in enumerate(shares)]
    return pd.DataFrame(rows, columns=list(schemas.PIT.names))


@pytest.fixture
def sensitivity():
    rows = [
        (case, model, median, probability)
        for case, shift in (
            ("as published", 0.0),
            ("without the last month", 0.02),
            ("last month at 29.2", 0.031),
        )
        for model, median, probability in (
            ("stack", 32.4 + 20 * shift, 0.062 + shift),
            ("lin_iou", 31.7 + 20 * shift, 0.053 + shift),
        )
    ]
    return pd.DataFrame(rows, columns=list(schemas.SENSITIVITY.names))


@pytest.fixture
def net_additions():
    periods = list(PUBLISHED)
    rows = []
    for earlier, later in pairwise(periods):
        count = (int(later[:4]) - int(earlier[:4])) * 12 + int(later[5:]) - int(earlier[5:])
        rows.append(("observed", earlier, later, count, (PUBLISHED[later] - PUBLISHED[earlier]) / count))
    rows += [
        ("last_12_months", "2024-12", "2025-12", 12, 2.32 / 12),
        ("last_24_months", "2023-12", "2025-12", 24, 5.56 / 24),
        ("needed", "2025-12", "2027-12", 24, 7.12 / 24),
    ]
    return pd.DataFrame(rows, columns=list(schemas.NET_ADDITIONS.names))


@pytest.fixture
def attainment():
    rows = [
        (
            "mobile_iot_terminal_connections",
            "2027-12",
            ">",
            36.0,
            "1e8 connections",
            "forecast",
            0.062,
            0.0035,
            "",
        ),
        (
            "mobile_iot_4g5g_terminal_share",
            "2027-12",
            "=",
            95.0,
            "percent",
            "no_data",
            None,
            None,
            "monthly connections by technology",
        ),
        (
            "mobile_iot_industry_clusters",
            "2027-12",
            ">=",
            5.0,
            "clusters",
            "no_data",
            None,
            None,
            "number of clusters recognised so far",
        ),
        (
            "application_areas_100_million_level:k=3",
            "2027-12",
            ">=",
            3.0,
            "areas",
            "forecast",
            0.998,
            0.001,
            "",
        ),
        (
            "application_areas_100_million_level:k=5",
            "2027-12",
            ">=",
            5.0,
            "areas",
            "forecast",
            0.71,
            0.01,
            "",
        ),
        ("application_areas_10_million_level:k=5", "2027-12", ">=", 5.0, "areas", "observed", 1.0, 0.0, ""),
        (
            "redcap_city_coverage",
            "2027-12",
            None,
            None,
            "qualitative",
            "no_data",
            None,
            None,
            "share of cities covered",
        ),
    ]
    return pd.DataFrame(rows, columns=list(schemas.ATTAINMENT.names))


@pytest.fixture
def attainment_date():
    periods = months("2026-01", 60)
    probability = [0.97 / (1 + np.exp(-(k - 36) / 6)) for k in range(60)]
    return pd.DataFrame({"period": periods, "probability": probability})


@pytest.fixture
def areas():
    rows = [
        (area, "2025-04", last, median * 0.8, median, median * 1.25, float(median > 1) * 0.9 + 0.05, 0.99)
        for area, (last, median) in AREAS.items()
    ]
    return pd.DataFrame(rows, columns=list(schemas.AREAS.names))


@pytest.fixture
def joint():
    rows = [
        (
            "connections_and_areas",
            "mobile_iot_terminal_connections, application_areas_100_million_level:k=3",
            0.061,
            0.0619,
            0.003,
        ),
        (
            "all_with_data",
            "mobile_iot_terminal_connections, application_areas_100_million_level:k=3, application_areas_10_million_level:k=5",
            0.060,
            0.0438,
            0.003,
        ),
    ]
    return pd.DataFrame(rows, columns=list(schemas.JOINT.names))

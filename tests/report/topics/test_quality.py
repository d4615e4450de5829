"""The page on forecast quality: what failed is said first, in both languages, and every chart says it in words."""

import pandas as pd
import pytest

from valuekit.frames import schemas
from valuekit.report import show
from valuekit.report.languages import keys
from valuekit.report.standalone import standalone
from valuekit.report.svg import chart_svg

MODELS = ("integrated_ou", "bass")


def summary(*, sbc: int = 0, predictive: int = 1) -> pd.DataFrame:
    rows = [
        ("convergence", 7, 0, True, "passed"),
        ("sbc", 31, sbc, True, "failed" if sbc else "passed"),
        ("predictive", 35, predictive, False, "noted"),
        ("pit", 26, 2, False, "noted"),
        ("priors", 7, 1, False, "noted"),
    ]
    return pd.DataFrame(rows, columns=list(schemas.QUALITY.names))


def sbc(*, passed: bool = True) -> pd.DataFrame:
    rows = [
        (m, q, 200, 0.51, 0.29, 0.4, 0.3, 0.8 if passed else 0.001, passed or m != "bass")
        for m in MODELS
        for q in ("theta", "level_ahead")
    ]
    return pd.DataFrame(rows, columns=list(schemas.SBC.names))


def ranks() -> pd.DataFrame:
    rows = [
        (m, q, i / 10, (i + 1) / 10, 0.1) for m in MODELS for q in ("theta", "level_ahead") for i in range(10)
    ]
    return pd.DataFrame(rows, columns=list(schemas.SBC_RANKS.names))


def predictive(*, passed: bool = True) -> pd.DataFrame:
    rows = [
        (m, s, 0.12, 0.05, 0.2, 0.42, 1.0, passed or (m, s) != ("bass", "spread"))
        for m in MODELS
        for s in ("largest_fall", "largest_rise", "spread", "persistence", "acceleration")
    ]
    return pd.DataFrame(rows, columns=list(schemas.PREDICTIVE_CHECKS.names))


def pit() -> pd.DataFrame:
    rows = [
        ("stack", "next", 31, 0.51, 0.27, 0.88, 1.0, True),
        ("theta", "year", 6, 0.9, 0.2, 1e-5, 1e-3, False),
    ]
    return pd.DataFrame(rows, columns=list(schemas.PIT_TESTS.names))


def priors(*, felt: float = 0.02) -> pd.DataFrame:
    rows = [
        ("integrated_ou", "horizon", felt, 0.014, 0.09, "informed"),
        ("integrated_ou", "theta", 0.18, None, 0.03, "prior_decides"),
        ("purges", "horizon", 0.01, None, 0.02, "informed"),
    ]
    return pd.DataFrame(rows, columns=list(schemas.PRIOR_SENSITIVITY.names))


def convergence() -> pd.DataFrame:
    rows = [
        ("integrated_ou", 1.001, 4000.0, 3000.0, None, 0.2, 0.0, True),
        ("random_walk", *[None] * 5, 0.001, True),
    ]
    return pd.DataFrame(rows, columns=list(schemas.CONVERGENCE.names))


TABLES = {
    "quality": (show.quality_table, summary, "sbc"),
    "convergence": (show.convergence_table, convergence, "random_walk"),
    "sbc": (show.sbc_table, sbc, "bass/level_ahead"),
    "predictive_checks": (show.predictive_checks_table, predictive, "bass/spread"),
    "pit_tests": (show.pit_tests_table, pit, "theta/year"),
    "prior_sensitivity": (show.prior_sensitivity_table, priors, "purges/horizon"),
}
CHARTS = {
    "sbc_ranks": lambda language: show.sbc_chart(ranks(), sbc(), language=language),
    "predictive_checks": lambda language: show.predictive_checks_chart(predictive(), language=language),
    "prior_sensitivity": lambda language: show.prior_sensitivity_chart(priors(), language=language),
}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("table", TABLES)
def test_every_table_has_the_documented_keys_and_printed_columns(table, language):
    make, frame, key = TABLES[table]
    made = make(frame(), language=language)
    assert made.id == table
    assert key in made.keys
    known = keys(language, "names")
    schema = {s.name: s for s in vars(schemas).values() if isinstance(s, schemas.Schema)}[table]
    assert all(f"names.column.{table}.{c}" in known for c in schema.names)
    assert make(frame().head(0), language=language).rows == ()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("chart", CHARTS)
def test_every_chart_is_drawn_and_said_in_words(chart, language):
    made = CHARTS[chart](language)
    assert made.id == chart
    assert made.alternative.count(";" if language == "en" else "；") > 0
    assert chart_svg(standalone(made)).startswith("<svg")


def test_the_sentence_says_what_failed_before_what_is_only_noted():
    title = show.quality_title(summary(), "en", as_of="2025-12", subject="Cards")
    assert title.title == "How far forecasts of Cards can be trusted"
    assert title.sentence == (
        "All 7 fits converged, and none of 31 tests on simulated series rejects a model. "
        "On this series 1 of 35 predictive checks and 2 of 26 tests of past forecasts fail; "
        "the priors are felt in 1 of 7 levels of the target month."
    )
    failed = show.quality_title(summary(sbc=3), "zh", as_of="2025-12")
    assert failed.sentence.startswith("7 个拟合中有 0 个未收敛；31 项模拟检验中有 3 项拒绝模型。")
    assert "移动物联网" in failed.title


def test_the_banner_stands_only_where_a_model_failed():
    assert show.quality_banner((), "en") is None
    banner = show.quality_banner(("bass",), "en")
    assert banner.kind == "diagnostics_failed"
    assert "Bass" in banner.text


def test_findings_name_the_models_that_fail():
    assert show.sbc_chart(ranks(), sbc(), language="en").title.startswith("No model is rejected: the lowest")
    rejected = show.sbc_chart(ranks(), sbc(passed=False), language="en").title
    assert rejected.startswith("Bass")
    assert "rejected at 1 %" in rejected
    unlike = show.predictive_checks_chart(predictive(passed=False), language="en").title
    assert unlike.startswith("1 of 10 statistics")
    felt = show.prior_sensitivity_chart(priors(felt=0.2), language="en").title
    assert "(0.20)" in felt
    assert show.prior_sensitivity_chart(priors(), language="en").title.endswith("(largest 0.02)")

"""valuekit forecast: any series of one's own, or a clear answer and nothing written."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuekit.domain.period import Month
from valuekit.runs.params.params import check_params
from valuekit.runs.params.series_run import SeriesRequest, _run_name, write_params


def monthly(values: list[float]) -> str:
    lines = [f"{Month(2022, 1) + i},{v}" for i, v in enumerate(values)]
    return "\n".join(["period,value", *lines, ""])


GROWING = [10 + i / 2 for i in range(12)]
HOSTILE: dict[str, tuple[str | bytes, str]] = {
    "too short": (monthly(GROWING[:5]), "has 5 usable months; give at least 8"),
    "constant": (monthly([7.0] * 12), "all values are equal"),
    "all missing": ("period,value\n" + "".join(f"2022-{m:02d},n/a\n" for m in range(1, 13)), "all values are missing"),
    "a month twice": (monthly(GROWING) + "2022-03-31,9\n", "month 2022-03 is also in row 4"),
    "negative": (monthly([*GROWING, -1.0]), "value is '-1.0'; give a level above 0"),
    "zero": (monthly([0.0, *GROWING]), "value is '0.0'; give a level above 0"),
    "UTF-16": (monthly(GROWING).encode("utf-16"), "save it as 'CSV UTF-8'"),
    "cut in a character": ("月份,数值\n2022年1月,1\n".encode()[:-9] + b"\xff\n", "not GB18030"),
    "a workbook by another name": (b"PK\x03\x04\x14\x00", "not text"),
    "semicolons": (monthly(GROWING).replace(",", ";"), "separate two columns"),
    "decimal commas": ("period,value\n" + "".join(f'2022-{m:02d},"1,{m}"\n' for m in range(1, 13)), "write plain digits"),
    "a formula": (monthly(GROWING) + "2023-01,=SUM(B2:B13)\n", "value is '=SUM(B2:B13)'"),
    "infinite": (monthly(GROWING) + "2023-01,1e999\n", "value is '1e999'"),
    "a ledger": ("period,value\n" + "2022-01,1\n" * 6000, "more than 5,000 rows"),
    "empty": ("", "the file is empty"),
    "a header": ("period,value\n", "has a header and no rows"),
    "several series": ("period,series,value\n2022-01,a,1\n2022-01,b,2\n", "choose one: --series NAME"),
    "no columns of ours": ("a,b,c\n1,2,3\n", "name it: --column value=NAME"),
    "half days": (monthly(GROWING) + "03/04/2023,9\n", "period is '03/04/2023'"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("content", "said"), [pytest.param(*case, id=name) for name, case in HOSTILE.items()]
)
@pytest.mark.parametrize("words", [["forecast"], ["forecast", "check"]], ids=" ".join)
def test_a_series_that_cannot_be_forecast_ends_in_exit_2_and_leaves_nothing(
    project, command, words, content, said
):
    (project / "own.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    code, out, err = command(*words, "own.csv")
    assert (code, out) == (2, "")
    assert said in err
    assert sorted(p.name for p in project.iterdir() if p.name == "outputs") == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--horizon", "soon"], "--horizon: is 'soon'; write 2025-12"),
        (["--horizon", "2022-12"], "0 months after the last published month 2022-12"),
        (["--horizon", "2099"], "choose a month from 2023-01 to 2032-12"),
        (["--column", "value=z"], "no column 'z'"),
        (["--unit", "probability"], "is not a unit of a stock"),
        (["--target", "0"], "0.0 is not in the range x>0"),
        (["--sheet", "one"], "no Excel workbook"),
        (["--language", "fr"], "'fr' is not one of"),
    ],
)
def test_wrong_options_end_in_exit_2(project, command, options, said):
    (project / "own.csv").write_text(monthly(GROWING), encoding="utf-8")
    code, out, err = command("forecast", "own.csv", *options)
    assert (code, out) == (2, "")
    assert said in err
    assert not (project / "outputs").exists()


def test_a_file_that_is_not_there_is_named_with_the_nearest(project, command):
    (project / "cards.csv").write_text(monthly(GROWING), encoding="utf-8")
    code, _, err = command("forecast", "card.csv")
    assert code == 2
    assert "did you mean cards.csv?" in err


def test_a_file_named_check_is_a_series(project, command):
    (project / "check").mkdir()
    code, _, err = command("forecast", "./check")
    assert code == 2
    assert "is a folder" in err


def test_the_params_file_asks_what_the_user_asked(project):
    (project / "季度.csv").write_text(
        "季度,用户数\n"
        + "".join(f"{y}Q{q},{y - 2000 + q / 4:.2f}\n" for y in range(2020, 2024) for q in (1, 2, 3, 4)),
        encoding="gb18030",
    )
    request = SeriesRequest(
        Path("季度.csv"), horizon="2025年", unit="million cards", subject="Cards", language="zh", seed=7
    )
    written = write_params(request, "connection_forecast", Path("outputs"))
    params = check_params(written)
    assert written.as_posix() == "outputs/forecast_季度.yaml"
    assert (params.settings.language, params.settings.seed) == ("zh", 7)
    used = params.as_used()["parameters"]
    assert used == {
        "series": "", "horizon": "2025-12", "threshold": 24.0, "series_break": None,
        "unit": "million cards", "subject": "Cards",
    }  # fmt: skip
    assert params.inputs[0].origin == "季度.csv"


def test_without_a_series_the_shipped_one_is_checked(project):
    request = SeriesRequest(
        None, dataset="china_mobile_iot/connections", series="iot_connections", target=36.0
    )
    written = write_params(request, "forecast_quality", Path("outputs"))
    params = check_params(written)
    assert params.inputs[0].origin == "dataset china_mobile_iot/connections"
    assert params.as_used()["parameters"]["subject"] == ""
    assert params.as_used()["parameters"]["unit"] == "1e8 connections"


def test_an_absolute_path_below_the_folder_does_not_reach_the_record(project):
    (project / "own.csv").write_text(monthly(GROWING), encoding="utf-8")
    written = write_params(
        SeriesRequest(project / "own.csv"), "forecast_quality", Path("outputs"), replications=20
    )
    assert str(project) not in written.read_text(encoding="utf-8")
    assert check_params(written).as_used()["parameters"]["replications"] == 20


@given(st.text(min_size=1, max_size=80), st.text(max_size=20))
def test_every_file_and_series_name_makes_a_name_of_a_run(stem, series):
    name = _run_name("connection_forecast", SeriesRequest(Path("x"), series=series or stem))
    assert name.startswith("forecast_x")
    assert not set(name) & set('/\\:*?"<>| \n\0')


def test_help_speaks_of_the_command_as_it_is_typed(command):
    code, out, _ = command("forecast", "--help")
    assert code == 0
    assert "--target" in out
    assert "valuekit forecast check cards.csv" in out
    code, out, _ = command("forecast", "check", "--help")
    assert code == 0
    assert "--replications" in out


@pytest.mark.slow
def test_a_yearly_series_of_eight_values_gets_a_whole_report(project, command):
    """No notebook lies in this folder: the one that ships is run."""
    lines = [f"{2016 + i},{v}" for i, v in enumerate([3.1, 4.0, 5.2, 6.1, 7.3, 8.0, 9.1, 9.9])]
    (project / "own.csv").write_text("\n".join(["year,GWh", *lines, ""]), encoding="utf-8")
    code, out, err = command("forecast", "own.csv", "--horizon", "2026", "--target", "12", "--unit", "GWh")
    assert (code, "Traceback" in err) == (0, False)
    report = project / out.split("  (")[0]
    assert "Exceeding 12 GWh by December 2026" in report.read_text(encoding="utf-8").replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert command("verify", "forecast_own")[0] == 0

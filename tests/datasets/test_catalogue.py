"""The catalogue, held against the files: nothing in it may be a claim that the files do not bear out."""

import hashlib
from pathlib import Path

import pandas as pd
import pytest

from valuekit.datasets import catalogue, dataset, list_datasets, load_dataset, locate, missing_months
from valuekit.datasets.catalogue import COLUMN_KINDS, KINDS, package_path
from valuekit.domain.period import Month
from valuekit.errors import InvalidInput
from valuekit.frames.schemas import DATASETS, DRIVERS, LEDGER

WITH_ROWS = [name for name, entry in catalogue().items() if entry.kind != "note"]
SHIPPED = [name for name, entry in catalogue().items() if entry.kind == "table"]


@pytest.mark.parametrize("name", catalogue())
def test_every_set_says_what_it_is_and_whose(name):
    entry = dataset(name)
    assert entry.kind in KINDS
    assert set(entry.title) == {"en", "zh"}
    assert all([entry.licence, entry.source, entry.citation, entry.gaps])
    assert set(entry.columns.values()) <= set(COLUMN_KINDS)
    assert locate(name).stat().st_size > 0


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_columns_are_those_of_the_file_in_order(name):
    header = locate(name).read_text(encoding="utf-8").splitlines()[0]
    assert header.split(",") == list(dataset(name).columns)


@pytest.mark.parametrize("name", WITH_ROWS)
def test_the_key_identifies_a_row(name):
    frame = load_dataset(name)
    assert not frame.duplicated(list(dataset(name).key)).any()


@pytest.mark.parametrize("name", [name for name in WITH_ROWS if dataset(name).period])
def test_periods_are_years_or_months(name):
    column = dataset(name).period
    for period in load_dataset(name)[column].unique():
        assert Month.parse(period if "-" in period else f"{period}-12")


@pytest.mark.parametrize("name", WITH_ROWS)
def test_provenance_travels_with_the_frame(name):
    attrs = load_dataset(name).attrs
    assert attrs["name"] == name
    assert attrs["licence"] == dataset(name).licence
    assert attrs["sha256"] == hashlib.sha256(locate(name).read_bytes()).hexdigest()
    assert attrs["synthetic"] is name.startswith("synthetic_operator/")


@pytest.mark.parametrize("name", [n for n in SHIPPED if "source_title" in dataset(n).columns])
def test_every_row_names_its_source_and_reposts_stay_without_address(name):
    frame = load_dataset(name)
    assert frame["source_title"].notna().all()
    reposts = frame["note"].fillna("").str.endswith("repost")
    assert reposts.any()
    assert frame.loc[reposts, "source_url"].isna().all()


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(InvalidInput, match="did you mean 'china_mobile_iot/connections'") as caught:
        load_dataset("china_mobile_iot/conections")
    assert caught.value.exit_code == 2


def test_a_note_has_no_rows_but_a_file():
    with pytest.raises(InvalidInput, match="text without rows"):
        load_dataset("operators/bundles")
    assert locate("operators/bundles").read_text(encoding="utf-8").startswith("# How operators bundle")


def test_numbers_are_floats_codes_and_periods_text_confidence_a_category():
    frame = load_dataset("china_mobile_iot/connections")
    assert frame["period"].dtype == "str"
    assert frame["value_1e8"].dtype == "float64"
    assert isinstance(frame["confidence"].dtype, pd.CategoricalDtype)
    assert load_dataset("panels/cell_phones_total")["geo"].notna().all()


def test_iot_connections_are_as_published():
    frame = load_dataset("china_mobile_iot/connections")
    iot = frame[frame["series"] == "iot_connections"]
    assert len(iot) == 37
    assert iot.set_index("period").loc["2025-12", "value_1e8"] == 28.88
    assert iot["confidence"].value_counts().to_dict() == {"high": 31, "medium": 6, "low": 0}


def test_doubtful_rows_are_marked_and_only_those():
    frame = load_dataset("china_mobile_iot/connections")
    left_out = frame[~frame["use_by_default"]]
    assert [(row.period, row.series) for row in left_out.itertuples()] == [("2024-06", "mobile_phone_users")]
    accounts = load_dataset("operators/accounts")
    contested = accounts[~accounts["use_by_default"]]
    assert ("China Unicom", "2023-12", 5.057) in set(
        zip(contested["operator"], contested["period"], contested["value"], strict=True)
    )
    assert contested["note"].str.contains("CONFLICT").all()


def test_coverage_is_counted_not_typed():
    listed = list_datasets().set_index("name")
    connections = listed.loc["china_mobile_iot/connections"]
    assert (connections["rows"], connections["first"], connections["last"]) == (90, "2018-09", "2025-12")
    # 88 months from 2018-09 to 2025-12, of which 37 have a figure.
    assert connections["missing_months"] == 88 - 37
    assert listed.loc["synthetic_operator/ledger", "rows"] >= 200_000
    assert listed["synthetic"].sum() == 2


def test_the_list_has_the_columns_of_its_schema_and_speaks_chinese():
    listed = list_datasets("zh")
    assert list(listed.columns) == list(DATASETS.names)
    assert listed["name"].tolist() == list(catalogue())
    assert "联通" in listed.set_index("name").loc["china_unicom/ledger", "title"]


def test_missing_months_of_nothing_are_none():
    assert missing_months([]) == []
    assert missing_months(["2025-01", "2025-04"]) == ["2025-02", "2025-03"]


def test_generated_ledgers_and_drivers_have_the_columns_of_their_schemas():
    required = [column.name for column in LEDGER.columns if not column.optional]
    synthetic = list(load_dataset("synthetic_operator/ledger").columns)
    unicom = list(load_dataset("china_unicom/ledger").columns)
    assert synthetic == list(LEDGER.names)
    assert set(required) - {"amount_minor"} <= set(unicom)
    assert "amount" in unicom
    assert list(load_dataset("synthetic_operator/drivers").columns) == list(DRIVERS.names)


def test_readmes_go_with_the_data():
    for folder in ("china_mobile_iot", "operators", "panels"):
        text = package_path(f"files/{folder}/README.md").read_text(encoding="utf-8")
        assert len(text) > 500
    assert "Creative Commons" in package_path("files/panels/README.md").read_text(encoding="utf-8")
    assert "CC BY 4.0" in dataset("panels/cell_phones_total").licence


def test_shipped_files_are_byte_for_byte_those_that_were_collected():
    """A corrected figure is a new vintage: it comes with its source, its note and a new line here."""
    lines = (Path(__file__).parent / "shipped.sha256").read_text(encoding="utf-8").splitlines()
    expected = {name: digest for digest, name in (line.split() for line in lines)}
    shipped = [entry.file for entry in catalogue().values() if entry.kind != "generated"]
    assert {file.removeprefix("files/") for file in shipped} == set(expected)
    for name, digest in expected.items():
        assert hashlib.sha256(package_path(f"files/{name}").read_bytes()).hexdigest() == digest

"""Ids that stand twice are found wherever they stand, and ids that only hash alike are not."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.attribution.ledgers import attribution_of, book, rule
from valuekit.attribution import intake, local, staging
from valuekit.errors import Finding, InvalidInput

RULES = book(rule("all", {"product_code": "*"}, "card"))
REMEDY = "every line needs an id of its own: drop the copies or number them"


def lines(ids, currency="CNY", amount=100):
    n = len(ids)
    return pl.DataFrame(
        {
            "line_id": ids,
            "contract_id": pl.Series([None] * n, dtype=pl.String),
            "period": ["2025-01"] * n,
            "product_code": ["SIM"] * n,
            "amount_minor": pl.Series([amount] * n, dtype=pl.Int64),
            "currency": [currency] * n,
        }
    )


def write(folder, **files):
    for name, frame in files.items():
        frame.write_parquet(folder / f"{name}.parquet", row_group_size=4)
    return folder


def refused(ledger, **options):
    with pytest.raises(InvalidInput) as error:
        attribution_of(ledger, RULES, **options)
    return error.value.findings


@pytest.fixture
def small_pieces(monkeypatch):
    """Eight rows to a piece: what large ledgers have, in small."""
    monkeypatch.setattr(local, "PIECE_ROWS", 8)
    monkeypatch.setattr(intake, "PIECE_ROWS", 8)


@pytest.fixture
def all_hash_alike(monkeypatch):
    def same(line_ids):
        return np.full(len(line_ids), 7, dtype=np.uint64)

    monkeypatch.setattr(staging, "line_hashes", same)
    monkeypatch.setattr(intake, "line_hashes", same)


def test_an_id_in_two_pieces_and_two_files_is_reported_with_places_count_and_money(tmp_path, small_pieces):
    """
    a.parquet  A00 ... A19   CNY 1.00 each
    b.parquet  B0 A03 A03 B3  USD 0.07 each
    """
    first = lines([f"A{n:02d}" for n in range(20)])
    second = lines(["B0", "A03", "A03", "B3"], "USD", 7)
    out = tmp_path / "out"
    assert refused(write(tmp_path, a=first, b=second), out=out) == (
        Finding(
            "a.parquet, row 4, column line_id",
            "duplicate line_id 'A03', 3 times (again in b.parquet, row 2)",
            REMEDY,
        ),
        Finding("column line_id", "1 ids stand more than once, on 3 lines with CNY 1.00, USD 0.14", REMEDY),
    )
    assert not out.exists()


def test_an_id_in_two_pieces_of_one_file_is_reported_with_both_rows(tmp_path, small_pieces):
    ids = [f"A{n:02d}" for n in range(40)]
    ids[39] = "A02"
    place, summary = refused(write(tmp_path, a=lines(ids)))
    assert (place.source, place.problem) == (
        "a.parquet, row 3, column line_id",
        "duplicate line_id 'A02', 2 times (again in a.parquet, row 40)",
    )
    assert summary.problem == "1 ids stand more than once, on 2 lines with CNY 2.00"


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_ids_a_hundred_thousand_lines_apart_are_found_in_csv(tmp_path, workers):
    """Every thousandth id of the first file stands in the second as well: many, counted, a few shown."""
    ids = [f"{n:06d}" for n in range(100_000)]
    lines(ids).write_csv(tmp_path / "a.csv")
    lines([f"B{name}" for name in ids[:-100]] + ids[::1000]).write_csv(tmp_path / "b.csv")
    *shown, summary = refused(tmp_path, workers=workers, out=tmp_path / "out")
    assert shown[0].source == "a.csv, row 2, column line_id"
    assert shown[0].problem == "duplicate line_id '000000', 2 times (again in b.csv, row 99902)"
    assert len(shown) < 10
    assert summary.problem == "100 ids stand more than once, on 200 lines with CNY 200.00"
    assert not (tmp_path / "out").exists()


def test_the_same_file_twice_is_found(tmp_path):
    whole = lines([f"A{n}" for n in range(500)])
    *_, summary = refused(write(tmp_path, a=whole, b=whole))
    assert summary.problem == "500 ids stand more than once, on 1000 lines with CNY 1000.00"


def test_ids_that_only_hash_alike_are_different(tmp_path, small_pieces, all_hash_alike):
    value = attribution_of(write(tmp_path, a=lines([f"A{n}" for n in range(30)])), RULES)
    assert value.journal()["line_id"].nunique() == 30


def test_of_ids_that_all_hash_alike_the_equal_ones_are_found(tmp_path, small_pieces, all_hash_alike):
    place, summary = refused(write(tmp_path, a=lines([f"A{n}" for n in range(30)]), b=lines(["A29", "B"])))
    assert place.problem == "duplicate line_id 'A29', 2 times (again in b.parquet, row 1)"
    assert summary.problem == "1 ids stand more than once, on 2 lines with CNY 2.00"


near = st.builds(
    lambda base, off: (base + off) % 2**64,
    st.sampled_from([0, 2**62, 2**63, 3 * 2**62, 2**64 // 3, 2**64 // 5, 2**64 // 7]),
    st.integers(-3, 3),
)


@given(st.lists(st.lists(near, max_size=12), min_size=1, max_size=4), st.sampled_from([1, 2, 5, 1000]))
def test_equal_hashes_are_found_wherever_ranges_are_cut(parts, at_once):
    """Ranges are cut at multiples of nearly 2**64 / n; no hash falls between two of them."""
    hashes = [np.array(part, dtype=np.uint64) for part in parts]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "_HASHES_AT_ONCE", at_once)
        ranges = intake.hash_ranges(hashes, sum(map(len, parts)))
    found = [number for each in ranges for number in intake.equal_hashes(each).tolist()]
    together = [number for part in parts for number in part]
    assert sorted(found) == sorted({n for n in together if together.count(n) > 1})

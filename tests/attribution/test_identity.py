"""The same answer whatever the number of workers, the order of rows, the files, and the size of buckets."""

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attribution import adversarial
from tests.attribution.strategies import cases
from valuekit.attribution import intake, local
from valuekit.attribution.engine import attribute
from valuekit.attribution.policies import Policies, Pooling
from valuekit.frames.write import write_parquet

LINES = 100_000


def attributed(case, ledger, **options):
    claims = {"claims": case.claimed()} if case.claims else {}
    return attribute(
        ledger, case.rules, prices=case.priced(), drivers=case.metered(), by="province", **claims, **options
    )


def bytes_of(result, folder):
    path = folder / "cube.parquet"
    write_parquet(result.cube, path)
    return path.read_bytes()


@settings(max_examples=15)
@given(cases(policies=True), st.integers(1, 12), st.integers(1, 9), st.randoms(use_true_random=False))
def test_small_ledgers_in_any_buckets_pieces_and_order(
    tmp_path_factory, case, lines_per_bucket, rows, shuffler
):
    folder = tmp_path_factory.mktemp("cubes")

    def shuffled(lines):
        mixed = list(lines)
        shuffler.shuffle(mixed)
        return mixed

    whole = attributed(case, case.ledger())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local, "PIECE_ROWS", rows)
        patch.setattr(intake, "PIECE_ROWS", rows)
        parts = attributed(case, case.ledger(shuffled).frame, lines_per_bucket=lines_per_bucket)
    assert parts.computed.buckets >= whole.computed.buckets
    assert bytes_of(parts, folder) == bytes_of(whole, folder)
    assert parts.entries.ordered().equals(whole.entries.ordered())
    assert parts.exceptions().equals(whole.exceptions())
    assert parts.driver_range().equals(whole.driver_range())
    assert parts.statement("wide", by="province").equals(whole.statement("wide", by="province"))


# --- one larger ledger, on disk --------------------------------------------------------------


@pytest.fixture(scope="module")
def lines():
    return adversarial.ledger(LINES)


@pytest.fixture(scope="module")
def ledgers(lines, tmp_path_factory):
    """The same lines in other files, orders, row groups and formats."""
    folder = tmp_path_factory.mktemp("identity")
    mixed = lines.sample(fraction=1, shuffle=True, seed=11)
    texts = mixed.with_columns(pl.col("amount_minor").cast(pl.String))
    (folder / "csv").mkdir()
    texts.head(30_000).write_csv(folder / "csv" / "b.csv")
    texts.tail(-30_000).write_csv(folder / "csv" / "a.csv")
    lines.write_parquet(folder / "one.parquet")
    mixed.write_parquet(folder / "groups.parquet", row_group_size=1_013)
    return {
        "one file": folder / "one.parquet",
        "five files": adversarial.write(lines, folder / "five", files=5),
        "shuffled, small row groups": folder / "groups.parquet",
        "shuffled, two CSV": folder / "csv",
        "table in memory": mixed,
    }


def run(ledger, rules, out, **options):
    result = attribute(
        ledger, rules, prices=adversarial.prices(), drivers=adversarial.drivers(), out=out, **options
    )
    return result, (out / "cube.parquet").read_bytes(), result.entries.ordered()


def rules_of(pooling):
    return replace(adversarial.RULES, policies=Policies(pooling=pooling))


@pytest.fixture(scope="module", params=[Pooling.CONTRACT_PERIOD, Pooling.CONTRACT], ids=str)
def plain(request, ledgers, tmp_path_factory):
    """One file, one process, buckets as large as they come: rules, cube, journal."""
    rules = rules_of(request.param)
    result, cube, journal = run(
        ledgers["one file"], rules, tmp_path_factory.mktemp("plain") / "out", lines_per_bucket=10**6
    )
    assert result.computed.buckets == (6 if request.param is Pooling.CONTRACT_PERIOD else 1)
    return rules, cube, journal


VARIANTS = {
    "all, 2 workers": ("five files", 10**6, 2),
    "7,777 lines a bucket": ("shuffled, small row groups", 7_777, 1),
    "7,777 lines a bucket, 2 workers": ("five files", 7_777, 2),
    "1,000 lines a bucket, 2 workers": ("shuffled, two CSV", 1_000, 2),
    "from memory": ("table in memory", 50_000, 1),
}


@pytest.mark.slow
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_hundred_thousand_lines_give_the_same_bytes(plain, ledgers, tmp_path, variant):
    rules, cube, journal = plain
    ledger, lines_per_bucket, workers = VARIANTS[variant]
    result, same_cube, same_journal = run(
        ledgers[ledger], rules, tmp_path / "out", lines_per_bucket=lines_per_bucket, workers=workers
    )
    assert result.computed.buckets >= LINES // lines_per_bucket
    assert same_cube == cube
    assert same_journal.equals(journal)


@pytest.mark.slow
def test_the_two_poolings_differ(ledgers, tmp_path):
    """Otherwise the law above would say little about the second."""
    cubes = {run(ledgers["one file"], rules_of(p), tmp_path / p, lines_per_bucket=10**6)[1] for p in Pooling}
    assert len(cubes) == 2

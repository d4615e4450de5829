"""Kept by content: what is unchanged is not computed again, and what a change touches is, and nothing else."""

import io
import os
import shutil
from dataclasses import replace

import polars as pl
import pytest

from tests.attribution import adversarial
from tests.attribution.ledgers import book, rule
from valuekit.attribution import computing
from valuekit.attribution.engine import attribute
from valuekit.attribution.policies import Policies, Pooling, Rounding, Weighing
from valuekit.frames.read import read_claims, read_drivers, read_ledger, read_prices

# One product in one month only, besides what breaks rounding.
LINES = adversarial.ledger(5_000).with_columns(
    product_code=pl.when((pl.col("period") == "2025-02") & (pl.col("product_code") == "UNPRICED"))
    .then(pl.lit("RARE"))
    .otherwise("product_code")
)
RULES = adversarial.RULES
HALVES = ("0000-0127", "0128-0255")
MARCH = [f"2025-03.{slots}" for slots in HALVES]
EVERY = [f"{month}.{slots}" for month in adversarial.MONTHS for slots in HALVES]


def run(out, lines=LINES, rules=RULES, *, prices=None, drivers=None, **options):
    return attribute(
        read_ledger(lines),
        rules,
        prices=adversarial.prices() if prices is None else prices,
        drivers=adversarial.drivers() if drivers is None else drivers,
        out=out,
        **{"lines_per_bucket": 600} | options,
    )


def files(out):
    """For each journal, which file it is and what it holds."""
    return {path.stem: (path.stat().st_ino, path.read_bytes()) for path in (out / "journal").iterdir()}


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    out = tmp_path_factory.mktemp("first") / "out"
    assert run(out).computed.reused == 0
    return out


@pytest.fixture
def out(first, tmp_path):
    """A finished run; links keep their files, so that a copy has files of its own."""
    return shutil.copytree(first, tmp_path / "out")


def computed_anew(out, **changes):
    """Which buckets another run computes again; what it leaves must be what a run from nothing leaves."""
    before = files(out)
    assert sorted(before) == EVERY
    result = run(out, **changes)
    after = files(out)
    anew = sorted(name for name in after if after[name][0] != before.get(name, (None,))[0])
    assert result.computed.buckets - result.computed.reused == len(anew)
    fresh = run(out.parent / "fresh", **changes)
    assert fresh.computed.reused == 0
    assert result.entries.ordered().equals(fresh.entries.ordered())
    assert (out / "cube.parquet").read_bytes() == (out.parent / "fresh" / "cube.parquet").read_bytes()
    assert result.exceptions().equals(fresh.exceptions())
    assert result.statement(None).equals(fresh.statement(None))
    return anew


def holding(out, lines):
    """Which buckets hold some of these lines."""
    wanted = lines["line_id"].implode()
    journals = [(path.stem, pl.read_parquet(path, glob=False)) for path in (out / "journal").iterdir()]
    return sorted(name for name, rows in journals if rows["line_id"].is_in(wanted).any())


def test_nothing_is_computed_twice(out):
    before = files(out)
    for workers in (1, 2):
        assert run(out, workers=workers).computed.reused == len(EVERY)
        assert files(out) == before


def test_rows_in_another_order_are_another_content_with_the_same_result(out):
    """The order of rows is that of staged lines, so buckets are computed again; the bytes are the same."""
    before = files(out)
    shuffled = LINES.sample(fraction=1, shuffle=True, seed=5)
    run(out, shuffled)
    assert (out / "cube.parquet").exists()
    assert ordered(files(out)) == ordered(before)


def ordered(found):
    return [
        sorted(pl.read_parquet(io.BytesIO(content)).with_columns(pl.col(pl.Enum).cast(pl.String)).rows())
        for _, (_, content) in sorted(found.items())
    ]


def test_a_changed_line_touches_its_bucket(out):
    line = LINES.filter(pl.col("period") == "2025-03")["line_id"][0]
    for name, value in (("amount_minor", 1), ("quantity", 10**15)):
        changed = LINES.with_columns(
            pl.when(pl.col("line_id") == line).then(pl.col(name) + value).otherwise(name).alias(name)
        )
        (touched,) = computed_anew(out, lines=changed)
        assert touched in MARCH
        assert run(out).computed.reused == len(EVERY) - 1
        shutil.rmtree(out.parent / "fresh")


def test_a_line_more_touches_its_bucket(out):
    more = LINES.filter(pl.col("period") == "2025-03").head(1).with_columns(line_id=pl.lit("more"))
    (touched,) = computed_anew(out, lines=pl.concat([LINES, more]))
    assert touched in MARCH


def test_a_line_less_of_the_end_touches_its_bucket(out):
    (touched,) = computed_anew(out, lines=LINES.head(-1))
    assert touched.startswith(LINES["period"][-1])


def test_a_rule_for_a_product_of_one_month_touches_its_buckets(out):
    more = replace(
        RULES, rules=(*RULES.rules, rule("rare", {"product_code": "RARE"}, "terminal", priority=1))
    )
    touched = holding(out, LINES.filter(pl.col("product_code") == "RARE"))
    assert computed_anew(out, rules=more) == touched
    assert {name[:7] for name in touched} == {"2025-02"}


def test_a_rule_that_matches_nothing_and_other_words_of_a_rule_touch_nothing(out):
    idle = rule("idle", {"product_code": "NONE*"}, "terminal", priority=9)
    other = replace(RULES.rules[0], reason="said otherwise")
    assert computed_anew(out, rules=replace(RULES, rules=(other, *RULES.rules[1:], idle))) == []


def test_another_name_of_a_rule_touches_all_whose_journal_names_it(out):
    renamed = replace(RULES.rules[0], id="bundles")
    assert computed_anew(out, rules=replace(RULES, rules=(renamed, *RULES.rules[1:]))) == EVERY


def test_a_price_of_one_month_touches_that_month(out):
    frame = adversarial.prices().frame
    dear = pl.col("product_code") == "UNIT"
    others = frame.filter(~(dear & (pl.col("currency") == "CNY")))
    unit = frame.filter(dear & (pl.col("currency") == "CNY"))
    spans = [
        unit.with_columns(valid_to=pl.lit("2025-02")),
        unit.with_columns(
            valid_from=pl.lit("2025-03"), valid_to=pl.lit("2025-03"), ssp_minor=pl.lit(2, pl.Int64)
        ),
        unit.with_columns(valid_from=pl.lit("2025-04")),
    ]
    in_yuan = LINES.filter(
        pl.col("period") == "2025-03", pl.col("currency") == "CNY", pl.col("product_code") == "UNIT"
    )
    touched = holding(out, in_yuan)
    assert computed_anew(out, prices=read_prices(pl.concat([others, *spans]))) == touched
    assert set(touched) <= {*MARCH}


def test_a_metered_quantity_of_one_month_touches_that_month(out):
    frame = adversarial.drivers().frame
    march = (pl.col("period") == "2025-03") & (pl.col("claimant") == "iot")
    drivers = read_drivers(frame.with_columns(quantity=pl.col("quantity") + march.cast(pl.Int64)))
    assert computed_anew(out, drivers=drivers) == MARCH


def test_a_month_more_and_a_currency_more_touch_only_what_is_new(out):
    """Texts are numbered anew in each run; what was kept has the numbers of another."""
    later = LINES.head(200).with_columns(
        line_id=pl.format("N{}", "line_id"), period=pl.lit("2024-12"), currency=pl.lit("AUD")
    )
    result = run(out, pl.concat([LINES, later]))
    assert (result.computed.buckets, result.computed.reused) == (len(EVERY) + 1, len(EVERY))
    fresh = run(out.parent / "fresh", pl.concat([LINES, later]))
    assert result.entries.ordered().equals(fresh.entries.ordered())
    assert (out / "cube.parquet").read_bytes() == (out.parent / "fresh" / "cube.parquet").read_bytes()
    for table in ("statement", "exceptions", "reconciliation", "driver_range"):
        assert getattr(result, table)().equals(getattr(fresh, table)())


def test_a_driver_that_was_not_chosen_touches_the_buckets_of_its_pool(out):
    """Nothing in the journal changes; what would be ours under the other driver does."""
    chosen = replace(RULES.rules[1], outcome=replace(RULES.rules[1].outcome, driver="hours"))
    rules = replace(RULES, rules=(RULES.rules[0], chosen))
    hours = adversarial.drivers().frame
    bytes_ = hours.filter(pl.col("period") == "2025-03").with_columns(driver=pl.lit("bytes"))
    ours = pl.when(pl.col("claimant") == "iot").then(5)
    ranges = []
    for quantity in ("quantity", ours.otherwise("quantity").alias("quantity")):
        drivers = read_drivers(pl.concat([hours, bytes_.with_columns(quantity)]))
        result = run(out, rules=rules, drivers=drivers)
        fresh = run(out.parent / f"fresh{len(ranges)}", rules=rules, drivers=drivers)
        ranges.append(fresh.driver_range())
        assert result.driver_range().equals(ranges[-1])
    assert not ranges[0].equals(ranges[1])
    shared = LINES.filter(pl.col("period") == "2025-03", pl.col("product_code") == "CLOUD")
    assert result.computed.buckets - result.computed.reused == len(holding(out, shared))


def test_the_first_subsidy_touches_all(out):
    """From then on every bucket tells what each policy for subsidies would give."""
    outcome = replace(rule("", {}, "card").outcome, subsidy=True)
    subsidy = replace(rule("rare", {"product_code": "RARE"}, "card", priority=1), outcome=outcome)
    assert computed_anew(out, rules=replace(RULES, rules=(*RULES.rules, subsidy))) == EVERY


@pytest.mark.parametrize(
    "policies", [Policies(rounding=Rounding.TELESCOPING), Policies(below=Weighing.NEAREST_BOUND)]
)
def test_a_policy_touches_all(out, policies):
    assert computed_anew(out, rules=replace(RULES, policies=policies)) == EVERY


def test_another_dimension_touches_all(out):
    assert computed_anew(out, by="contract_id") == EVERY


def test_claims_touch_all_and_the_same_claims_nothing(out):
    line = LINES.filter(pl.col("product_code") == "CLOUD", pl.col("amount_minor") > 0).head(1)
    claims = read_claims(line.select("line_id", "currency", "amount_minor", claimant=pl.lit("ai")))
    assert computed_anew(out, claims=claims) == EVERY
    assert run(out, claims=claims).computed.reused == len(EVERY)


def test_other_code_touches_all(out, monkeypatch):
    monkeypatch.setattr(computing, "_code", lambda: "another version")
    assert run(out).computed.reused == 0
    assert run(out).computed.reused == len(EVERY)


def test_pooling_by_contract_has_other_buckets_and_keeps_them(tmp_path):
    out = tmp_path / "out"
    rules = replace(RULES, policies=Policies(pooling=Pooling.CONTRACT))
    assert run(out).computed.reused == 0
    first = run(out, rules=rules).computed
    again = run(out, rules=rules).computed
    assert (first.reused, again.reused, again.buckets) == (0, first.buckets, first.buckets)
    names = {path.stem for path in (out / "journal").iterdir()}
    assert names == {path.name for path in (out / ".work" / "done").iterdir()}
    assert all(name.startswith("contracts") for name in names)


def test_without_resume_nothing_is_kept(tmp_path):
    out = tmp_path / "out"
    for _ in range(2):
        assert run(out, resume=False).computed.reused == 0
        assert {path.name for path in out.iterdir()} == {"journal", "cube.parquet"}


def test_other_buckets_give_the_same_bytes_of_the_cube_and_the_same_rows(out):
    before, cube = ordered(files(out)), (out / "cube.parquet").read_bytes()
    run(out, lines_per_bucket=100_000)
    assert sorted(files(out)) == adversarial.MONTHS
    assert (out / "cube.parquet").read_bytes() == cube
    assert sorted(row for rows in ordered(files(out)) for row in rows) == sorted(
        row for rows in before for row in rows
    )
    assert {path.name for path in (out / ".work" / "done").iterdir()} == set(adversarial.MONTHS)


# --- what was kept is not what it was --------------------------------------------------------


def flip_a_byte(path):
    """In the middle, with the times it had."""
    stat, content = path.stat(), bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.unlink()
    path.write_bytes(content)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


@pytest.mark.parametrize(
    "harm", [flip_a_byte, lambda path: path.unlink(), lambda path: path.write_bytes(b"")]
)
def test_a_journal_that_was_touched_is_computed_again(out, harm):
    good = (out / "journal" / f"{MARCH[1]}.parquet").read_bytes()
    harm(out / "journal" / f"{MARCH[1]}.parquet")
    result = run(out)
    assert result.computed.reused == len(EVERY) - 1
    assert (out / "journal" / f"{MARCH[1]}.parquet").read_bytes() == good


def test_journals_that_were_thrown_away_are_computed_again(out):
    shutil.rmtree(out / "journal")
    assert run(out).computed.reused == 0
    assert sorted(files(out)) == EVERY


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.write_text("{}", encoding="utf-8"),
        lambda path: path.write_text('{"digest"', encoding="utf-8"),
        lambda path: path.write_text("[]", encoding="utf-8"),
        lambda path: path.write_bytes(b"\xff"),
        lambda path: path.unlink(),
    ],
)
def test_a_note_that_cannot_be_read_is_no_reason_to_fail(out, harm):
    harm(out / ".work" / "done" / MARCH[0] / "bucket.json")
    assert run(out).computed.reused == len(EVERY) - 1


def test_kept_tables_that_were_touched_are_computed_again(out):
    """Those of another bucket are readable, and wrong."""
    done, cube = out / ".work" / "done", (out / "cube.parquet").read_bytes()
    path = done / MARCH[0] / "tables.zip"
    path.unlink()
    shutil.copy(done / EVERY[0] / "tables.zip", path)
    assert run(out).computed.reused == len(EVERY) - 1
    assert (out / "cube.parquet").read_bytes() == cube


def test_a_file_system_without_links_computes_again(out, monkeypatch):
    def refuse(*_):
        raise OSError("no links here")

    monkeypatch.setattr("pathlib.Path.hardlink_to", refuse)
    assert run(out).computed.reused == 0


def test_kept_tables_that_are_missing_are_computed_again(out):
    (out / ".work" / "done" / MARCH[0] / "tables.zip").unlink()
    assert run(out).computed.reused == len(EVERY) - 1


# --- one process, several runs ---------------------------------------------------------------


def test_a_second_run_in_this_process_follows_its_own_rules(tmp_path):
    """A single bucket is computed here, also with two workers: what an earlier run left here counts for nothing."""
    ledger = adversarial.write(LINES.filter(pl.col("period") == "2025-01"), tmp_path / "ledger", files=2)
    for carrier in ("card", "terminal"):
        rules = book(rule("all", {"product_code": "*"}, carrier))
        value = attribute(ledger, rules, out=tmp_path / "out", workers=2)
        assert value.computed.buckets == 1
        assert value.entries.scan().select(pl.col("carrier").cast(pl.String)).unique().collect().rows() == [
            (carrier,)
        ]

"""One bucket after another: computed, checked, written whole, and never computed twice."""

import hashlib
import pickle
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from valuekit.attribution import buckets
from valuekit.attribution.buckets import Bucket
from valuekit.attribution.checks import broken_invariants, fail_if_broken
from valuekit.attribution.finished import fetch, found, keep
from valuekit.attribution.kernel import attribute_bucket
from valuekit.attribution.keys import KeyTable
from valuekit.attribution.policies import Pooling
from valuekit.attribution.staging import Numbers, Unit
from valuekit.attribution.subsidy_cases import subsidy_cases
from valuekit.frames.write import write_journal

# Numbers that say where a key stands among the others, and sums: they do not decide anything.
_NOT_DECIDED: Final = (
    "key_no", "lines", "amount_minor", "absolute", "largest_quantity", "pool_month", "goods_no", "month_no",
    "currency_no",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """What all buckets share; it can be sent to another process.

    Attributes
    ----------
    units, numbers
        The staged ledger, and for each unit the ledger's number of each of its keys.
    table : KeyTable
        What is decided about each key.
    by : tuple of str
        Dimensions that the cube keeps besides its own.
    claims : polars.DataFrame or None
        What other business lines report as theirs.
    journals : Path or None
        Where journals go until all are there; None: into memory.
    published : Path or None
        Where the journals of an earlier run are, if there was one.
    done : Path or None
        Where finished buckets are kept; None: nowhere.
    """

    units: tuple[Unit, ...]
    numbers: tuple[pl.Series, ...]
    table: KeyTable
    by: tuple[str, ...] = ()
    claims: pl.DataFrame | None = None
    journals: Path | None = None
    published: Path | None = None
    done: Path | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A bucket to compute."""

    bucket: Bucket
    context: Context | Path


@dataclass(frozen=True, slots=True, eq=False)
class Finished:
    """A computed and checked bucket.

    Attributes
    ----------
    bucket : Bucket
        Which.
    journal : polars.DataFrame or Path
        Its journal.
    tables : dict of str to polars.DataFrame
        As `valuekit.attribution.kernel.Bucket` has them.
    reused : bool
        Whether it was found finished.
    """

    bucket: Bucket
    journal: pl.DataFrame | Path
    tables: dict[str, pl.DataFrame]
    reused: bool


def save_context(context: Context, folder: Path) -> Path:
    """Write a context once, for all workers."""
    path = folder / "context.pickle"
    path.write_bytes(pickle.dumps(context, protocol=pickle.HIGHEST_PROTOCOL))
    return path


@lru_cache(maxsize=1)
def _context(path: Path) -> Context:
    found: Context = pickle.loads(path.read_bytes())  # noqa: S301 -- our own, of this run
    return found


@lru_cache(maxsize=1)
def _decided(table: KeyTable) -> Numbers:
    """128 bits that stand for all that is decided about each key."""
    rows = table.frame.drop(_NOT_DECIDED, strict=False).join(
        _metered(table.shares),
        left_on=["service_period", "driver_pool"],
        right_on=["period", "pool_id"],
        how="left",
        maintain_order="left",
    )
    texts = rows.with_columns(pl.col(pl.Enum).cast(pl.String))
    return np.stack([texts.hash_rows(seed=seed).to_numpy() for seed in (1, 2)], axis=1)


def _metered(shares: pl.DataFrame) -> pl.DataFrame:
    """Numbers that stand for all drivers of a pool and month: what others would give is told as well."""
    hashes = {f"metered_{seed}": shares.hash_rows(seed=seed) for seed in (1, 2)}
    rows = shares.select("period", "pool_id").with_columns(**hashes)
    return rows.group_by("period", "pool_id").agg(pl.col(*hashes).bitwise_xor())


@lru_cache(maxsize=1)
def _code() -> str:
    """A digest of the attribution's own code: a bucket that other code computed is not the same."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()


def compute(job: Job) -> Finished:
    """Compute a bucket, unless the same one is finished already.

    Raises
    ------
    RunFailed
        If its journal breaks an invariant.
    """
    context = _context(job.context) if isinstance(job.context, Path) else job.context
    lines = buckets.lines_of(job.bucket, context.units, context.numbers)
    if context.done is None or context.journals is None:
        return _computed(job.bucket, lines, context)
    same, folder = _digest(lines, context), context.done / job.bucket.name
    journal = context.journals / f"{job.bucket.name}.parquet"
    if context.published is not None:
        fetch(journal, context.published / journal.name)
    tables = found(folder, same, journal)
    if tables is not None:
        return Finished(job.bucket, journal, tables, reused=True)
    finished = _computed(job.bucket, lines, context)
    keep(finished.tables, folder, same, journal)
    return finished


def _computed(bucket: Bucket, lines: pl.DataFrame, context: Context) -> Finished:
    table = context.table
    result = attribute_bucket(lines, table, context.by, context.claims)
    told = lines.select("line_id", "amount_minor").hstack(_posted(table)[lines["key_no"]])
    problems = broken_invariants(told, result.journal)
    fail_if_broken([f"{bucket.name}: {problem}" for problem in problems])
    tables = result.tables() | subsidy_cases(lines, table, context.claims)
    if context.journals is None:
        return Finished(bucket, result.journal, tables, reused=False)
    path = context.journals / f"{bucket.name}.parquet"
    write_journal(result.journal, path)
    return Finished(bucket, path, tables, reused=False)


@lru_cache(maxsize=1)
def _posted(table: KeyTable) -> pl.DataFrame:
    """Period and currency of each key, as codes: texts would be copied line by line."""
    columns = [table.frame[name] for name in ("period", "currency")]
    return pl.DataFrame([column.cast(pl.Enum(column.unique().sort())) for column in columns])


def _digest(lines: pl.DataFrame, context: Context) -> str:
    own = buckets.digest(lines, _decided(context.table))
    return hashlib.sha256(f"{_given(context)}\n{own}".encode()).hexdigest()


@lru_cache(maxsize=1)
def _given(context: Context) -> str:
    """What all buckets depend on beside their lines: code, policies, prices at inception, claims."""
    table = context.table
    # Where there are subsidies, every bucket tells what each policy for them would give.
    subsidies = bool(table.frame["subsidy"].any())
    policies = repr((_code(), pl.__version__, table.policies, subsidies, context.by))
    inception = table.inception.write_csv() if table.policies.pooling is Pooling.CONTRACT else ""
    claims = "" if context.claims is None else context.claims.write_csv()
    return hashlib.sha256(f"{policies}\n{inception}\n{claims}".encode()).hexdigest()

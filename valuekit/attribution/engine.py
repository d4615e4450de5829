"""The door: attribute a ledger of any size, exactly, on one machine or on many."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import polars as pl

from valuekit.attribution.buckets import LINES_PER_BUCKET
from valuekit.attribution.claims import refuse_own_claims
from valuekit.attribution.keys import KeyTable, OnConflict, compile_keys, key_columns
from valuekit.attribution.local import is_by_period, run_local
from valuekit.attribution.progress import Watcher
from valuekit.attribution.publishing import Options
from valuekit.attribution.result import Attribution, dimensions
from valuekit.attribution.rule_fields import CLAIMANT
from valuekit.attribution.rules import Rules
from valuekit.attribution.spark import EVERY_CORE, run_spark
from valuekit.attribution.staging import Layout
from valuekit.errors import InvalidInput
from valuekit.frames.ledger import Ledger
from valuekit.frames.opening import open_ledger
from valuekit.frames.read import Claims, Drivers, Prices, read_claims, read_drivers, read_prices
from valuekit.frames.source import LedgerSource

PathLike = str | Path
# What a line has besides its key.
_OF_LINES: Final = ("line_id", "contract_id", "quantity", "amount", "amount_minor")


def attribute(
    ledger: Any,
    rules: Rules | PathLike,
    *,
    prices: Prices | PathLike | None = None,
    drivers: Drivers | PathLike | None = None,
    claims: Claims | PathLike | None = None,
    columns: Mapping[str, str] | None = None,
    by: str | Sequence[str] = (),
    out: PathLike | None = None,
    engine: str = "local",
    master: str | None = None,
    workers: int = 1,
    lines_per_bucket: int = LINES_PER_BUCKET,
    resume: bool = True,
    on_conflict: OnConflict = "unattributed",
    progress: Watcher | None = None,
) -> Attribution:
    """Attribute every line of a ledger to its carrier, to the cent.

    Parameters
    ----------
    ledger : Ledger, LedgerSource, path or frame
        A path, glob, folder or frame is opened by `open_ledger`, and read once, batch by batch.
    rules : Rules or path
        The rule book.
    prices : Prices or path, optional
        Standalone selling prices for bundles; without them bundles keep what was billed, and say so.
    drivers : Drivers or path, optional
        Metered quantities for shared services; without them these stay unattributed, and say so.
    claims : Claims or path, optional
        What other business lines report as theirs of these lines; never what we claim ourselves.
    columns : mapping, optional
        Our column names to those of the ledger's file.
    by : str or sequence of str
        Columns of the ledger that statements will be grouped by, besides those of the rules. A ledger in
        memory can be grouped by any column afterwards.
    out : path, optional
        Folder that takes the journal, ``journal/<bucket>.parquet``, when it is complete; without it,
        it stays in memory.
    engine : {"local", "spark"}
        Where the kernel runs; Spark needs the extra ``valuekit[spark]`` and Java. The results are the same.
    master : str, optional
        Address of the Spark cluster, by default all cores of this machine (``local[*]``).
    workers : int
        Processes that share the work of the local engine; 1 is this one.
    lines_per_bucket : int
        About how many lines are computed at a time: memory follows it, results do not.
    resume : bool
        Keep finished buckets in `out`: a killed run goes on where it was, and buckets whose lines,
        rules, prices and drivers are unchanged are not computed again.
    on_conflict : {"unattributed", "error"}
        What becomes of lines that rules of the same priority decide differently.
    progress : callable, optional
        Called with a `valuekit.attribution.progress.Progress` after each step.

    Raises
    ------
    InvalidInput
        If something is wrong with the ledger, or rules, prices, drivers or claims do not fit it; no journal
        was written then.
    RunFailed
        If the finished journal breaks an invariant.
    """
    _check_options(engine, master, on_conflict, workers)
    source, whole = _opened(ledger, columns)
    rules = rules if isinstance(rules, Rules) else Rules.load(rules)
    prices = read_prices(prices) if isinstance(prices, str | Path) else prices
    drivers = read_drivers(drivers) if isinstance(drivers, str | Path) else drivers
    claims = read_claims(claims) if isinstance(claims, str | Path) else claims
    if claims is not None:
        refuse_own_claims(claims.frame, _claimants(rules))
    further = dimensions(by, source.columns)
    layout = Layout(key_columns(source.columns, rules, prices, further), by_period=is_by_period(rules))
    options = Options(workers, lines_per_bucket, None if out is None else Path(out), resume, progress)

    def compiled(keys: pl.DataFrame) -> KeyTable:
        return compile_keys(
            keys, layout.columns, rules, prices=prices, drivers=drivers, on_conflict=on_conflict
        )

    run = run_local if engine == "local" else partial(run_spark, master=master or EVERY_CORE)
    computed = run(
        source.narrowed({*_OF_LINES, *layout.columns}),
        layout,
        compiled,
        options,
        by=further,
        claims=None if claims is None else claims.frame,
    )
    return Attribution(source, whole, rules, prices, drivers, claims, computed)


def _claimants(rules: Rules) -> set[str]:
    """Under which names shared services are ours."""
    return {CLAIMANT, *(rule.outcome.claimant for rule in rules.rules if rule.outcome.claimant)}


def _check_options(engine: str, master: str | None, on_conflict: str, workers: int) -> None:
    if engine not in ("local", "spark"):
        raise InvalidInput.at("engine", f"unknown engine {engine!r}", "use 'local' or 'spark'")
    if master is not None and engine != "spark":
        raise InvalidInput.at("master", f"{master!r} for engine {engine!r}", "use engine 'spark', or drop it")
    if on_conflict not in ("unattributed", "error"):
        raise InvalidInput.at("on_conflict", f"{on_conflict!r}", "use 'unattributed' or 'error'")
    if workers < 1:
        raise InvalidInput.at("workers", f"{workers} workers", "use 1, or as many as there are cores")


def _opened(ledger: Any, columns: Mapping[str, str] | None) -> tuple[LedgerSource, pl.DataFrame | None]:
    """The parts of a ledger, and its lines where they are in memory."""
    if not isinstance(ledger, Ledger | LedgerSource):
        return open_ledger(ledger, columns=columns), None
    if isinstance(ledger, LedgerSource):
        return ledger, None
    return ledger.source(), ledger.frame

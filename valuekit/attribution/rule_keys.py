"""The keys that rules see: the distinct values of their columns in a ledger, with lines and money."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import polars as pl

from valuekit.attribution.keys import check_columns
from valuekit.attribution.rules import Rules
from valuekit.errors import Finding, InvalidInput
from valuekit.frames.ledger import NEVER_PRINTED
from valuekit.frames.source import LedgerSource

_ALWAYS: Final = ("product_code", "service_period")
_HIDDEN: Final = "(not printed)"
_AT_ONCE: Final = 1_000_000
_BATCH: Final = 400_000
_MOST_FINDINGS: Final = 50


def key_names(rules: Rules) -> tuple[str, ...]:
    """The columns of a key: product, month of service, and what the rules match on."""
    return tuple(sorted({*_ALWAYS, *rules.columns}))


def rule_keys(batches: Iterable[pl.DataFrame], rules: Rules) -> pl.DataFrame:
    """Sum a ledger by what its rules look at, batch by batch.

    Parameters
    ----------
    batches : iterable of polars.DataFrame
        Lines with the columns of schema LEDGER.

    Returns
    -------
    polars.DataFrame
        The columns of `key_names`, currency, lines and amount_minor; one row per distinct key, in order.

    Raises
    ------
    InvalidInput
        If a rule matches on a column that the ledger does not have.
    """
    names = sorted({*key_names(rules), "currency"})
    sums: list[pl.DataFrame] = []
    for batch in batches:
        check_columns(batch.columns, rules)
        amount = pl.col("amount_minor").cast(pl.Int128)
        counted = batch.select(*names, lines=pl.lit(1, pl.Int64), amount_minor=amount)
        sums.append(_summed(counted, names))
        if sum(table.height for table in sums) > _AT_ONCE:
            sums = [_summed(pl.concat(sums), names)]
    if not sums:
        raise InvalidInput.at("ledger", "it has no lines", "name a ledger with lines")
    return _summed(pl.concat(sums), names).sort(names, nulls_last=True)


def _summed(lines: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    return lines.group_by(names).agg(pl.col("lines").sum(), pl.col("amount_minor").sum())


def key_text(key: Mapping[str, Any], names: Sequence[str]) -> str:
    """A key for people, without the customer."""
    return ", ".join(f"{name}={printable(name, key[name])}" for name in names)


def printable(column: str, value: str | None) -> str:
    """A cell of a key as it may be printed: customers are not."""
    if value is None:
        return "(empty)"
    return _HIDDEN if column == NEVER_PRINTED else value


def ledger_batches(source: LedgerSource) -> Iterator[pl.DataFrame]:
    """The lines of a ledger, batch by batch.

    Raises
    ------
    InvalidInput
        At the end, with what is wrong in any of them.
    """
    findings: list[Finding] = []
    for part in source.parts:
        for batch in source.lines(part, _BATCH):
            findings += batch.findings[: _MOST_FINDINGS - len(findings)]
            if batch.frame is not None:
                yield batch.frame
    if findings:
        raise InvalidInput(findings)


def line_key(batches: Iterable[pl.DataFrame], rules: Rules, line_id: str) -> dict[str, str | None]:
    """What rules look at of one line.

    Raises
    ------
    InvalidInput
        If the ledger has no such line, or lacks a column that a rule matches on.
    """
    for batch in batches:
        check_columns(batch.columns, rules)
        found = batch.filter(pl.col("line_id") == line_id)
        if found.height:
            return found.select(key_names(rules)).row(0, named=True)
    raise InvalidInput.at(f"line_id {line_id!r}", "the ledger has no such line", "give an id of the ledger")

"""The invariants, recomputed from the journal by plain queries that share nothing with the kernel."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import polars as pl
from numpy.typing import NDArray

from valuekit.domain.carrier import EvidenceTier, Step
from valuekit.errors import RunFailed

INVARIANTS: Final = (
    "every ledger line is billed exactly once, with its amount",
    "reallocated amounts sum to 0 per contract, month and currency; those of the contract view per contract",
    "driven amounts, and those taken out as overlap, sum to 0 per line",
    "no line is claimed beyond 100 %",
    "the journal equals the ledger per period and currency, and in total",
)
Numbers = NDArray[Any]

_AMOUNT: Final = pl.col("amount_minor")


def broken_invariants(lines: pl.DataFrame, journal: pl.DataFrame) -> list[str]:
    """What does not hold in one bucket, with the first rows that break it.

    Parameters
    ----------
    lines : polars.DataFrame
        line_id, period, currency, amount_minor, as they were staged.
    journal : polars.DataFrame
        Schema JOURNAL.
    """
    billed = pl.col("step") == str(Step.BILLED)
    moved = journal.filter(~billed)
    names = ("line_id", "amount_minor")
    return [
        *_billed_once(lines, journal.lazy().filter(billed).select(names).collect()),
        *_sums_to_nothing(_of_step(moved, Step.REALLOCATED), ["pool", "period", "currency"]),
        *_sums_to_nothing(_of_step(moved, Step.CONTRACT_VIEW), ["pool", "currency"]),
        *_driven(_of_step(moved, Step.DRIVEN)),
        *_sums_to_nothing(_of_step(moved, Step.OVERLAP), ["line_id"]),
        *_other_sums(lines, journal),
    ]


def check_totals(cube: pl.DataFrame, totals: Mapping[str, int]) -> None:
    """Hold the journal's sums against the control totals of the files.

    Raises
    ------
    RunFailed
        Naming the currencies that differ.
    """
    summed = cube.group_by("currency").agg(_AMOUNT.cast(pl.Int128).sum())
    found = {currency: int(total) for currency, total in summed.rows()}
    fail_if_broken(
        f"total {currency}: journal {found.get(currency)}, control total of the files {total}"
        for currency, total in totals.items()
        if found.get(currency, 0) != total
    )


def fail_if_broken(problems: Iterator[str] | Sequence[str]) -> None:
    """Fail the run, naming every invariant that does not hold.

    Raises
    ------
    RunFailed
        If there is any.
    """
    found = list(problems)
    if found:
        raise RunFailed("the journal breaks its invariants:\n" + "\n".join(found))


def _of_step(journal: pl.DataFrame, step: Step) -> pl.DataFrame:
    return journal.filter(pl.col("step") == str(step))


def _billed_once(lines: pl.DataFrame, billed: pl.DataFrame) -> list[str]:
    names = ["line_id", "amount_minor"]
    if billed.select(names).equals(lines.select(names)):
        return []
    ours = billed.select("line_id", billed="amount_minor")
    joined = lines.select(names).join(ours, on="line_id", how="full", coalesce=True)
    wrong = joined.filter(_AMOUNT.ne_missing(pl.col("billed")))
    return [f"lines not billed once with their amount: {_first(wrong)}"]


def _sums_to_nothing(rows: pl.DataFrame, keys: list[str]) -> list[str]:
    if rows.is_empty():
        return []
    # Texts are compared by hash: whatever sums to 0 in every group does so in groups that fall together.
    group, groups = pd.factorize(rows.select(keys).hash_rows().to_numpy())
    sums = np.zeros(len(groups), dtype=np.int64)
    np.add.at(sums, group, rows["amount_minor"].to_numpy())
    if not sums.any():
        return []
    wrong = rows.group_by(keys).agg(_AMOUNT.sum()).filter(_AMOUNT != 0)
    return [f"{rows['step'][0]} amounts that do not sum to 0: {_first(wrong)}"]


def _driven(driven: pl.DataFrame) -> list[str]:
    """What is taken back is given out again, in parts of one sign: then none is more than the whole."""
    if driven.is_empty():
        return []
    given = pl.col("evidence") == str(EvidenceTier.ALLOCATED)
    whole, rest = driven.filter(~given), driven.filter(given)
    ours, others = rest.head(whole.height), rest.slice(whole.height)
    ids = [part["line_id"] for part in (whole, ours, others)]
    if not (ids[0].equals(ids[1]) and ids[0].equals(ids[2])):
        return _driven_in_any_order(driven, given)
    taken, mine, theirs = (part["amount_minor"] for part in (whole, ours, others))
    closed = (taken + mine + theirs == 0).all()
    of_one_sign = ((mine.abs() + theirs.abs()) == taken.abs()).all()
    return [] if closed and of_one_sign else _driven_in_any_order(driven, given)


def _driven_in_any_order(driven: pl.DataFrame, given: pl.Expr) -> list[str]:
    sums = driven.group_by("line_id").agg(
        _AMOUNT.sum(), whole=_AMOUNT.filter(~given).abs().sum(), parts=_AMOUNT.filter(given).abs().sum()
    )
    off = sums.filter(_AMOUNT != 0).select("line_id", "amount_minor")
    beyond = sums.filter(pl.col("parts") != pl.col("whole")).select("line_id", "parts", "whole")
    return [
        *([f"driven amounts that do not sum to 0: {_first(off)}"] if off.height else []),
        *([f"lines claimed beyond 100 %: {_first(beyond)}"] if beyond.height else []),
    ]


def _other_sums(lines: pl.DataFrame, journal: pl.DataFrame) -> list[str]:
    # A contract's allocation moves amounts between its months; it was shown to sum to 0.
    viewed = _of_step(journal, Step.CONTRACT_VIEW)
    within = journal.filter(pl.col("step") != str(Step.CONTRACT_VIEW)) if viewed.height else journal
    ledger, entered = _summed(lines, "ledger"), _summed(within, "journal")
    joined = ledger.join(entered, on=["period", "currency"], how="full", coalesce=True)
    wrong = joined.filter(pl.col("ledger").ne_missing(pl.col("journal")))
    return [f"sums that differ from the ledger: {_first(wrong)}"] if wrong.height else []


def _summed(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """Sums by month and currency, found by their codes: there are few of them and many rows."""
    (month, months), (currency, currencies) = (_coded(rows[key]) for key in ("period", "currency"))
    code = month.astype(np.int64) * len(currencies) + currency
    sums, lines = np.zeros(len(months) * len(currencies), dtype=np.int64), np.bincount(code)
    np.add.at(sums, code, rows["amount_minor"].to_numpy())
    found = np.flatnonzero(lines)
    return pl.DataFrame(
        {
            "period": months.gather(found // len(currencies)),
            "currency": currencies.gather(found % len(currencies)),
            name: sums[found],
        }
    )


def _coded(texts: pl.Series) -> tuple[Numbers, pl.Series]:
    coded = texts if isinstance(texts.dtype, pl.Enum) else texts.cast(pl.Enum(texts.unique().sort()))
    return coded.to_physical().to_numpy(), pl.Series(coded.dtype.categories)  # type: ignore[attr-defined]


def _first(rows: pl.DataFrame) -> str:
    shown = rows.sort(rows.columns, nulls_last=True).head(3).rows()
    return "; ".join(map(str, shown)) or "a line is missing or stands twice"

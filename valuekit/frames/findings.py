"""Findings about cells: the first rows of each kind in full, the others counted, with the money on them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import polars as pl

from valuekit.domain.money import Money
from valuekit.errors import Finding
from valuekit.frames.currencies import CURRENCIES
from valuekit.frames.raw import RawTable

SHOWN: Final = 5  # findings per column and kind; the rest is counted

_LONGEST_SHOWN: Final = 40
_MOST_PLAIN: Final = 200

Amounts = dict[str, int]


@dataclass(frozen=True, slots=True)
class CellFinding(Finding):
    """What is wrong with cells of one column: a row in full, or so many more like the rows before.

    Attributes
    ----------
    label, column : str
        The table, and the column in it.
    rows : polars.Series
        Positions of the cells in their batch.
    more : int
        How many rows this stands for without showing them; 0: it shows one.
    money : mapping of str to int
        Minor units per currency on these rows, where that is known.
    """

    label: str
    column: str
    rows: pl.Series = field(compare=False, repr=False)
    more: int = 0
    money: Amounts = field(default_factory=dict, compare=False)

    def said(self) -> Finding:
        """In plain words, with the money on its rows."""
        texts = [str(Money(minor, currency)) for currency, minor in self.money.items()]
        money = f" ({', '.join(texts)})" if texts else ""
        return Finding(self.source, f"{self.problem}{money}", self.remedy)


def report(
    raw: RawTable, column: str, bad: pl.Series, problem: Callable[[str], str], remedy: str
) -> list[Finding]:
    """Findings for the rows where `bad` is true: the first few in full, the others counted."""
    if not bad.any():
        return []
    rows = bad.fill_null(value=False).arg_true()
    shown = raw.frame[column].gather(rows.head(SHOWN)).to_list() if column in raw.frame.columns else None
    findings: list[Finding] = []
    for number, row in enumerate(rows.head(SHOWN)):
        text = "" if shown is None or shown[number] is None else str(shown[number])
        where = raw.at(row, column)
        one = rows.slice(number, 1)
        findings.append(CellFinding(where, problem(_short(text)), remedy, raw.name, column, one))
    if len(rows) > SHOWN:
        findings.append(_rest(raw.name, column, remedy, len(rows) - SHOWN, rows=rows.slice(SHOWN)))
    return findings


def report_rows(raw: RawTable, wrong: Sequence[tuple[int, str]], remedy: str) -> list[Finding]:
    """Findings for rows that are wrong as such: position and problem of each."""
    rows = pl.Series([row for row, _ in wrong], dtype=pl.UInt32)
    findings: list[Finding] = [
        CellFinding(raw.at(row), problem, remedy, raw.name, "", rows.slice(number, 1))
        for number, (row, problem) in enumerate(wrong[:SHOWN])
    ]
    if len(wrong) > SHOWN:
        findings.append(_rest(raw.name, "", remedy, len(wrong) - SHOWN, rows=rows.slice(SHOWN)))
    return findings


def with_money(findings: Sequence[Finding], amounts: pl.Series, currencies: pl.Series) -> list[Finding]:
    """The findings of one batch with the money on their rows."""
    return [
        replace(f, money=_sums(amounts.gather(f.rows), currencies.gather(f.rows)))
        if isinstance(f, CellFinding)
        else f
        for f in findings
    ]


class FindingLog:
    """Findings of any number of batches, in bounded memory: few of each kind are kept, the rest counted."""

    def __init__(self) -> None:
        self._plain: dict[Finding, None] = {}
        self._kinds: dict[tuple[str, str], _Kind] = {}
        self._dropped = 0

    def __bool__(self) -> bool:
        """Whether anything is wrong."""
        return bool(self._plain or self._kinds)

    def add(self, findings: Iterable[Finding]) -> None:
        """Take in the findings of a batch."""
        for finding in findings:
            if isinstance(finding, CellFinding):
                self._kinds.setdefault((finding.column, finding.remedy), _Kind()).add(finding)
            elif finding not in self._plain and len(self._plain) < _MOST_PLAIN:
                self._plain[finding] = None
            else:
                self._dropped += finding not in self._plain

    def findings(self) -> list[Finding]:
        """All kinds: the first rows of each in full, then how many more there are, and the money on them."""
        found = list(self._plain)
        if self._dropped:
            found.append(Finding("the ledger", f"{self._dropped} more findings", "mend the first ones first"))
        for kind in self._kinds.values():
            found += kind.findings()
        return found


def condensed(findings: Iterable[Finding]) -> list[Finding]:
    """Findings of many batches, each kind shown a few times and counted once."""
    log = FindingLog()
    log.add(findings)
    return log.findings()


class _Kind:
    """Rows of one column that want the same remedy."""

    def __init__(self) -> None:
        self.shown: list[CellFinding] = []
        self.labels: set[str] = set()
        self.more = 0
        self.money: Amounts = {}

    def add(self, finding: CellFinding) -> None:
        if not finding.more and len(self.shown) < SHOWN:
            self.shown.append(finding)
            return
        self.labels.add(finding.label)
        self.more += finding.more or 1
        for currency, minor in finding.money.items():
            self.money[currency] = self.money.get(currency, 0) + minor

    def findings(self) -> list[Finding]:
        found = list(self.shown)
        if self.more:
            label = next(iter(self.labels)) if len(self.labels) == 1 else ""
            first = self.shown[0]
            found.append(_rest(label, first.column, first.remedy, self.more, money=self.money))
        return [finding.said() for finding in found]


def _rest(
    label: str,
    column: str,
    remedy: str,
    more: int,
    *,
    rows: pl.Series | None = None,
    money: Amounts | None = None,
) -> CellFinding:
    where = ", ".join(filter(None, (label, f"column {column}" if column else ""))) or "the ledger"
    at = pl.Series([], dtype=pl.UInt32) if rows is None else rows
    return CellFinding(where, f"{more} more rows like these", remedy, label, column, at, more, money or {})


def _sums(amounts: pl.Series, currencies: pl.Series) -> Amounts:
    lines = pl.DataFrame({"currency": currencies, "minor": amounts.cast(pl.Int128)}).drop_nulls()
    known = lines.filter(pl.col("currency").is_in(sorted(CURRENCIES)))
    return dict(known.group_by("currency").agg(pl.col("minor").sum()).sort("currency").rows())


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 3]}..."

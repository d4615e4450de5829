"""Intake: all parts of a ledger are read once, checked and staged, before anything is allocated."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from valuekit.attribution.key_register import KeyRegister
from valuekit.attribution.staging import Layout, Numbers, Unit, line_hashes, stage
from valuekit.errors import Finding, InvalidInput
from valuekit.frames.controls import FileControl
from valuekit.frames.findings import condensed
from valuekit.frames.ledger_lines import duplicates, too_large
from valuekit.frames.parts import Part
from valuekit.frames.pseudonyms import Pseudonyms
from valuekit.frames.source import LedgerSource

PIECE_ROWS: Final = 400_000
_HASHES_AT_ONCE: Final = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Errand:
    """One piece of a ledger to read, check and stage; it can be sent to another process.

    Attributes
    ----------
    piece : Part
        What to read.
    source : LedgerSource
        How: the mapping of columns and the scale of integers.
    layout : Layout
        How to stage it.
    stem : Path or None
        Where to, without suffix; None: in memory.
    names : Pseudonyms or None
        For customers, where they are among the columns of a key.
    """

    piece: Part
    source: LedgerSource
    layout: Layout
    stem: Path | None
    names: Pseudonyms | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """What became of one piece.

    Attributes
    ----------
    units : tuple of Unit
        Its lines.
    columns : tuple of tuple of str
        The columns of each unit's lines.
    findings : tuple of Finding
        What is wrong; after a finding nothing more is staged.
    """

    units: tuple[Unit, ...]
    columns: tuple[tuple[str, ...], ...]
    findings: tuple[Finding, ...]


def take(errand: Errand) -> Taken:
    """Read, check and stage a piece, batch by batch."""
    units: list[Unit] = []
    columns: list[tuple[str, ...]] = []
    findings: list[Finding] = []
    for batch in errand.source.lines(errand.piece, PIECE_ROWS):
        findings += batch.findings
        if batch.frame is None or findings:
            continue
        stem = errand.stem
        path = None if stem is None else stem.with_name(f"{stem.name}-{len(units):05d}")
        frame = batch.frame if errand.names is None else errand.names.frame(batch.frame)
        units.append(stage(frame, errand.layout, batch.label, batch.first_row, path))
        columns.append(tuple(batch.frame.columns))
    return Taken(tuple(units), tuple(columns), tuple(findings))


@dataclass(frozen=True, slots=True, eq=False)
class HashRange:
    """Hashes of line ids from ``low`` to ``last``; those of all units, or where they lie."""

    hashes: tuple[Numbers | Path, ...]
    low: int
    last: int


Each = Callable[[Callable[[HashRange], Numbers], Sequence[HashRange]], Iterable[Numbers]]


@dataclass(frozen=True, slots=True, eq=False)
class Intake:
    """A ledger that is checked whole and staged.

    Attributes
    ----------
    units : tuple of Unit
        All lines.
    numbers : tuple of polars.Series
        For each unit, the ledger's number of each of its keys.
    keys : polars.DataFrame
        The distinct keys in the order of their number: the layout's columns, lines, amount_minor, absolute,
        largest_quantity.
    controls : tuple of FileControl
        One per part.
    """

    units: tuple[Unit, ...]
    numbers: tuple[pl.Series, ...]
    keys: pl.DataFrame
    controls: tuple[FileControl, ...]


def checked_intake(
    source: LedgerSource,
    layout: Layout,
    taken: Sequence[Taken],
    digests: Sequence[str],
    *,
    each: Each | None = None,
    register: KeyRegister | None = None,
) -> Intake:
    """Check what only the whole ledger shows: its columns, sums, and ids that stand twice.

    Parameters
    ----------
    taken : sequence of Taken
        All pieces, in their order.
    digests : sequence of str
        SHA-256 of each part.
    each : callable, optional
        Looks for equal hashes range by range, such as in several processes.
    register : KeyRegister, optional
        Where the keys of the units are, by number of their piece and place in it; otherwise the units
        have them.

    Raises
    ------
    InvalidInput
        With everything that is wrong, pieces first.
    """
    findings = [finding for piece in taken for finding in piece.findings]
    units = tuple(unit for piece in taken for unit in piece.units)
    if not findings:
        findings = _other_columns(taken) or _empty(source, units)
    if not findings:
        findings = _duplicates(source, units, each or _one_by_one)
    if findings:
        raise InvalidInput(condensed(findings))
    names = [(piece, place) for piece, one in enumerate(taken) for place in range(len(one.units))]
    if register is None:
        register = KeyRegister(layout.columns)
        for name, unit in zip(names, units, strict=True):
            register.add(name, unit.keys)
    keys, numbers = register.finished(names)
    if findings := too_large(keys):
        raise InvalidInput(findings)
    return Intake(units, numbers, keys, source.controls or _controls(source, units, digests))


def _other_columns(taken: Sequence[Taken]) -> list[Finding]:
    found = [
        (unit.label, columns)
        for piece in taken
        for unit, columns in zip(piece.units, piece.columns, strict=True)
    ]
    first_label, first = found[0] if found else ("", ())
    odd = {label: columns for label, columns in found if columns != first}
    return [
        Finding(
            label,
            f"columns differ from {first_label}: {', '.join(sorted(set(first) ^ set(columns)))}",
            "give every file the same columns",
        )
        for label, columns in odd.items()
    ]


def _empty(source: LedgerSource, units: Sequence[Unit]) -> list[Finding]:
    lines = dict.fromkeys((part.label for part in source.parts), 0)
    for unit in units:
        lines[unit.label] += unit.rows
    return [
        Finding(label, "a header and no lines", "export it again, with its lines")
        for label, rows in lines.items()
        if not rows
    ]


def _controls(source: LedgerSource, units: Sequence[Unit], digests: Sequence[str]) -> tuple[FileControl, ...]:
    controls = []
    for part, sha256 in zip(source.parts, digests, strict=True):
        own = [unit for unit in units if unit.label == part.label]
        sums: dict[str, int] = {}
        for unit in own:
            for currency, total in unit.totals:
                sums[currency] = sums.get(currency, 0) + total
        controls.append(
            FileControl(part.label, sha256, sum(unit.rows for unit in own), tuple(sorted(sums.items())))
        )
    return tuple(controls)


def _duplicates(source: LedgerSource, units: Sequence[Unit], each: Each) -> list[Finding]:
    """Ids that stand twice: equal hashes first, then, only where there are any, the texts."""
    ranges = hash_ranges([unit.hashes for unit in units], sum(unit.rows for unit in units))
    suspects = np.concatenate([np.empty(0, dtype=np.uint64), *each(equal_hashes, ranges)])
    if not len(suspects):
        return []
    lines = pl.concat(_suspected(source, suspects))
    return duplicates(lines)


def hash_ranges(hashes: Sequence[Numbers | Path], lines: int) -> list[HashRange]:
    """Ranges of so many of all hashes each that memory is bounded."""
    width = -(-(2**64) // max(1, lines // _HASHES_AT_ONCE))
    return [HashRange(tuple(hashes), low, min(low + width, 2**64) - 1) for low in range(0, 2**64, width)]


def _one_by_one(look: Callable[[HashRange], Numbers], ranges: Sequence[HashRange]) -> Iterator[Numbers]:
    return map(look, ranges)


def equal_hashes(wanted: HashRange) -> Numbers:
    """Hashes of a range that more than one line has."""
    parts = (np.load(part, mmap_mode="r") if isinstance(part, Path) else part for part in wanted.hashes)
    together = np.sort(np.concatenate([_between(part, wanted.low, wanted.last) for part in parts]))
    return np.unique(together[1:][together[1:] == together[:-1]])


def _between(hashes: Numbers, low: int, last: int) -> Numbers:
    # What lies below the range wraps to the far end: one comparison tells both ends.
    return hashes[hashes - np.uint64(low) <= np.uint64(last - low)]


def _suspected(source: LedgerSource, suspects: Numbers) -> Iterator[pl.DataFrame]:
    """The lines whose id has one of the hashes, with file and row: read again, because this is rare."""
    wanted = pl.Series("hash", suspects, pl.UInt64).implode()
    for part in source.parts:
        for batch in source.lines(part, PIECE_ROWS):
            if batch.frame is None:
                continue
            told = batch.frame.select(
                "line_id", "currency", "amount_minor",
                file=pl.lit(batch.label), row=pl.int_range(pl.len()) + batch.first_row,
                hash=pl.Series(line_hashes(batch.frame["line_id"])),
            )  # fmt: skip
            yield told.filter(pl.col("hash").is_in(wanted)).drop("hash")

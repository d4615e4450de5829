"""A ledger as it lies: its parts, and how their columns become lines; nothing is read before it is needed."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from valuekit.errors import Finding, InvalidInput
from valuekit.frames.controls import FileControl
from valuekit.frames.ledger_lines import ledger_frame, line_columns, missing_columns
from valuekit.frames.parts import ParquetPart, Part
from valuekit.frames.raw import RawTable, rename


@dataclass(frozen=True, slots=True, eq=False)
class LedgerBatch:
    """Some lines of a part.

    Attributes
    ----------
    label, first_row : str, int
        The part, and where its first line stands there.
    frame : polars.DataFrame or None
        Schema LEDGER; None if something is wrong.
    findings : tuple of Finding
        What is wrong.
    """

    label: str
    first_row: int
    frame: pl.DataFrame | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, eq=False)
class LedgerSource:
    """The parts of a ledger; it can be sent to another process.

    Attributes
    ----------
    parts : tuple of Part
        Files and tables, in the order of reading.
    mapping : dict of str to str
        Our column names to the source's.
    scale : int or None
        Decimals of an integer column ``amount``.
    typed : bool
        Whether the parts hold checked lines already.
    controls : tuple of FileControl or None
        Of checked lines; None: to be made while reading.
    """

    parts: tuple[Part, ...]
    mapping: Mapping[str, str] = field(default_factory=dict)
    scale: int | None = None
    typed: bool = False
    controls: tuple[FileControl, ...] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that its lines will have, as the header of the first part says.

        Raises
        ------
        InvalidInput
            If there is no header, or mapped or required columns are not in it.
        """
        raw = next(self.parts[0].batches(1), None)
        if raw is None:
            raise InvalidInput.at(
                self.parts[0].label, "a header and no lines", "export it again, with its lines"
            )
        if self.typed:
            return tuple(raw.frame.columns)
        renamed = rename(raw, self.mapping)
        if missing := missing_columns(renamed):
            raise InvalidInput(missing)
        return line_columns(renamed, self.mapping)

    def narrowed(self, names: Collection[str]) -> "LedgerSource":
        """The same lines with no more columns than these, where a file can be read column by column."""
        mapping = {ours: theirs for ours, theirs in self.mapping.items() if ours in names}
        theirs = tuple(sorted({mapping.get(name, name) for name in names}))
        parts = tuple(
            replace(part, columns=theirs) if isinstance(part, ParquetPart) else part for part in self.parts
        )
        return replace(self, parts=parts, mapping=mapping)

    def pieces(self, rows: int) -> Sequence[Part]:
        """The parts in pieces of about so many rows."""
        return [piece for part in self.parts for piece in part.pieces(rows)]

    def lines(self, piece: Part, rows: int) -> Iterator[LedgerBatch]:
        """The lines of a part or piece, at most so many at a time, each batch checked."""
        try:
            for raw in piece.batches(rows):
                frame, findings = self._checked(raw)
                yield LedgerBatch(raw.name, raw.first_row, None if findings else frame, tuple(findings))
        except InvalidInput as error:
            yield LedgerBatch(piece.label, 0, None, error.findings)

    def _checked(self, raw: RawTable) -> tuple[pl.DataFrame | None, list[Finding]]:
        if self.typed:
            return raw.frame, []
        return ledger_frame(rename(raw, self.mapping), self.mapping, self.scale)

"""The parts of a page, as values that a notebook displays and page, workbook and checks read back.

A cell that ends in a block leaves it in the executed notebook twice: as
``application/vnd.valuekit.block+json``, the whole of it, and as HTML and text for whoever opens
the notebook. The page is rendered from the executed notebook alone, so that it can be rendered
again and compared.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Literal, cast

from valuekit.domain.figure import Figure

MIME = "application/vnd.valuekit.block+json"

Language = Literal["en", "zh"]
Cell = str | int | float | bool | None


class Displayed:
    """Anything that a notebook shows when a cell ends in it."""

    __slots__ = ()

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        """Leave the block itself, HTML and text in the notebook (IPython asks for this by name)."""
        from valuekit.report.display import mime_bundle  # noqa: PLC0415 -- drawing is loaded only to draw

        return mime_bundle(cast("Block", self))


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of a printed table.

    Attributes
    ----------
    name : str
        As in ``tables/<id>.csv``.
    label : str
        As printed, with the unit.
    kind : str
        A `valuekit.frames.schemas.Kind`: decides alignment and number format.
    currency : str
        Of an amount in minor units; empty otherwise.
    decimals : int
        Digits after the point of a number.
    total : bool
        Whether the column may be added up (the workbook writes a live SUM).
    """

    name: str
    label: str
    kind: str
    currency: str = ""
    decimals: int = 2
    total: bool = False


@dataclass(frozen=True, slots=True)
class Banner(Displayed):
    """Something that must be known before reading: SYNTHETIC DATA, DIAGNOSTICS FAILED ..."""

    TYPE: ClassVar[str] = "banner"
    kind: Literal["synthetic", "diagnostics_failed", "unattributed", "note"]
    text: str


@dataclass(frozen=True, slots=True)
class Title(Displayed):
    """The title and the one sentence that is the answer, computed from the figures."""

    TYPE: ClassVar[str] = "title"
    title: str
    sentence: str
    as_of: str
    scope: str
    topic: str


@dataclass(frozen=True, slots=True)
class Headline(Displayed):
    """Three to six figures on cards."""

    TYPE: ClassVar[str] = "headline"
    figures: tuple[Figure, ...]
    labels: dict[str, str]


@dataclass(frozen=True, slots=True)
class Chart(Displayed):
    """A Vega-Lite chart with its finding, measure, source and a text alternative."""

    TYPE: ClassVar[str] = "chart"
    id: str
    title: str
    subtitle: str
    source: str
    alternative: str
    spec: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Table(Displayed):
    """A table that can be copied into Excel.

    Attributes
    ----------
    rows : tuple of tuple
        Raw values in the order of `columns`; amounts are integers in minor units.
    keys : tuple of str
        One per row, unique: figures cite them, and they are the first column of the CSV.
    labels : dict of str to dict of str to str
        Printed text by column and raw value, where codes are printed as words.
    total_rows : tuple of int
        Rows that are totals, ruled off.
    """

    TYPE: ClassVar[str] = "table"
    id: str
    title: str
    subtitle: str
    source: str
    columns: tuple[TableColumn, ...]
    keys: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    total_rows: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Method(Displayed):
    """How it was made: the method in ten lines, its diagnostics, and what the page does not show."""

    TYPE: ClassVar[str] = "method"
    lines: tuple[str, ...]
    limits: tuple[str, ...]
    diagnostics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TracePart:
    """One step from a figure towards its sources: a small table that adds up to it, or lists what it is from.

    Attributes
    ----------
    id : str
        What it is: ``cells``, ``rules``, ``journal``, ``draws``, ``weights``, ``points``.
    columns : tuple of TableColumn
        As in a table of the page.
    rows : tuple of tuple
        Raw values; amounts are integers in minor units.
    adds_up : str
        The column whose sum is the figure, with a last row for what is not listed; empty without one.
    more : int
        Rows that are not listed.
    labels : dict of str to dict of str to str
        Printed text by column and raw value, as in a table.
    """

    id: str
    title: str
    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    adds_up: str = ""
    more: int = 0
    note: str = ""
    labels: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FigureTrace:
    """How one headline figure was made.

    Attributes
    ----------
    figure : str
        Its id.
    sentence : str
        The answer in words.
    parts : tuple of TracePart
        From the figure towards its sources.
    inputs : dict of str to str
        SHA-256 by name of what was read.
    """

    figure: str
    sentence: str
    parts: tuple[TracePart, ...]
    inputs: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Traces(Displayed):
    """Where headline figures come from; the page opens one when its figure is chosen."""

    TYPE: ClassVar[str] = "traces"
    traces: tuple[FigureTrace, ...]


Block = Banner | Title | Headline | Chart | Table | Method | Traces


def to_json(block: Block) -> dict[str, Any]:
    """A block as JSON values, with its type."""
    return {"type": block.TYPE, **asdict(block)}


def from_json(value: dict[str, Any]) -> Block:
    """Read a block back, the inverse of `to_json`.

    Raises
    ------
    ValueError
        If `value` is not a block, or has not exactly its fields.
    """
    fields = dict(value)
    kind = _BLOCKS.get(str(fields.pop("type", None)))
    if kind is None:
        raise ValueError(f"{value.get('type')!r} is no type of block")
    try:
        return kind(**{name: _READ.get(name, _same)(field_value) for name, field_value in fields.items()})
    except (TypeError, AttributeError, KeyError) as error:
        raise ValueError(f"not a block of type {kind.TYPE!r}: {error}") from error


_BLOCKS: dict[str, type[Block]] = {
    kind.TYPE: kind for kind in (Banner, Title, Headline, Chart, Table, Method, Traces)
}


def _same(value: Any) -> Any:
    return value


def _part(value: dict[str, Any]) -> TracePart:
    columns = tuple(TableColumn(**column) for column in value["columns"])
    return TracePart(**{**value, "columns": columns, "rows": tuple(tuple(row) for row in value["rows"])})


def _trace(value: dict[str, Any]) -> FigureTrace:
    return FigureTrace(**{**value, "parts": tuple(_part(part) for part in value["parts"])})


# JSON knows only lists: what was a tuple or a value of our own is made so again, by the field's name.
_READ: dict[str, Callable[[Any], Any]] = {
    "figures": lambda value: tuple(Figure(**figure) for figure in value),
    "traces": lambda value: tuple(_trace(trace) for trace in value),
    "columns": lambda value: tuple(TableColumn(**column) for column in value),
    "rows": lambda value: tuple(tuple(row) for row in value),
    **dict.fromkeys(("keys", "total_rows", "notes", "lines", "limits", "diagnostics"), tuple),
}

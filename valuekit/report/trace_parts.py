"""Parts of a trace with the words of their kind, whatever the figure counts."""

from collections.abc import Sequence
from typing import Any, Final

from valuekit.report.blocks import TableColumn, TracePart
from valuekit.report.languages import text
from valuekit.report.words import currency_name

REST: Final = "rest"  # the code of a row for all that is not listed


def trace_part(
    part: str,
    language: str,
    columns: Sequence[TableColumn],
    *,
    values: dict[str, object] | None = None,
    **further: Any,
) -> TracePart:
    """A part with the title and note that its kind has in a language.

    Parameters
    ----------
    values : dict
        Placeholders of the note.
    **further
        The other fields of `TracePart`.
    """
    title = text(language, f"trace.part.{part}")
    note = text(language, f"trace.note.{part}", **(values or {}))
    return TracePart(part, title, tuple(columns), note=note, **further)


def trace_column(column: str, kind: str, language: str, **further: Any) -> TableColumn:
    """A column with its printed name; `further` are the other fields of `TableColumn`."""
    currency = currency_name(language, str(further.get("currency", "")))
    label = text(language, f"trace.column.{column}", currency=currency)
    return TableColumn(column, label, kind, **further)

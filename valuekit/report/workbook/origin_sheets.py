"""What a workbook was made from: parameters with their approved ranges, inputs, versions, the run itself."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from valuekit.report.languages import text
from valuekit.report.meta import InputMeta, PageMeta, flat_parameters
from valuekit.report.trusted import plain_json
from valuekit.report.workbook.sheet import Book

_DIGEST_WIDTH: Final = 68.0


def write_parameters(book: Book, name: str, meta: PageMeta) -> None:
    """Write every parameter with what the register allows, and what it does not allow."""
    sheet = book.sheet(name, head_row=0)
    sheet.head(0, [_said(book, f"parameters.{column}") for column in ("name", "value", "approved")])
    seed = {} if meta.seed is None else {"seed": meta.seed}
    listed = {**flat_parameters(meta.parameters), **seed}
    for row, (parameter, value) in enumerate(listed.items(), start=1):
        sheet.text((row, 0), parameter)
        plain = isinstance(value, (str, bool, int, float))
        sheet.value((row, 1), value if plain else _written(value), "wrapped")
        sheet.text((row, 2), _approved(book, meta, parameter), "wrapped")
    sheet.text((len(listed) + 2, 0), book.warning, "title")
    for position, width in enumerate((34.0, 60.0, 60.0)):
        sheet.width(position, width)


def _approved(book: Book, meta: PageMeta, parameter: str) -> str:
    """What was approved, or that nothing was said of it."""
    if parameter in meta.not_approved:
        return f"{book.said('not_approved')} {meta.approved.get(parameter, '')}".strip()
    return meta.approved.get(parameter, book.said("no_register"))


def write_provenance(book: Book, name: str, meta: PageMeta) -> None:
    """Write the run, what it read with digests and control totals, and the versions that computed it.

    Its times are left out: equal runs have equal workbooks.
    """
    sheet = book.sheet(name, head_row=0)
    sheet.head(0, [book.said("item"), book.said("value")])
    row = 0
    for row, (item, value) in enumerate(_facts(book, meta), start=1):
        sheet.text((row, 0), item)
        sheet.text((row, 1), value)
    row += 2
    columns = ("name", "source", "rows", "control", "sha256")
    sheet.head(row, [_said(book, f"inputs.{column}") for column in columns])
    for given in meta.inputs:
        row += 1
        for position, value in enumerate(_input(given)):
            sheet.value((row, position), value, "#,##0" if position == columns.index("rows") else "")
    sheet.text((row + 2, 0), book.warning, "title")
    for position, width in enumerate((34.0, _DIGEST_WIDTH, 14.0, 30.0, _DIGEST_WIDTH)):
        sheet.width(position, width)


def _input(given: InputMeta) -> Sequence[Any]:
    totals = "; ".join(f"{name} {total}" for name, total in given.control_totals.items())
    return given.name, given.source, given.rows, totals, given.sha256


def _facts(book: Book, meta: PageMeta) -> Iterator[tuple[str, str]]:
    yield _said(book, "provenance.run"), meta.run_id
    yield _said(book, "provenance.params"), meta.name
    yield _said(book, "provenance.status"), _said(book, f"status.{meta.status}")
    yield _said(book, "provenance.seed"), "" if meta.seed is None else str(meta.seed)
    yield _said(book, "provenance.template"), meta.template
    yield _said(book, "provenance.template_sha256"), meta.template_sha256
    yield _said(book, "provenance.platform"), meta.platform
    for package, version in sorted(meta.versions.items()):
        yield f"{_said(book, 'provenance.versions')}: {package}", version


def _said(book: Book, key: str) -> str:
    return text(book.language, f"page.{key}")


def _written(value: Any) -> str:
    return str(plain_json(value))

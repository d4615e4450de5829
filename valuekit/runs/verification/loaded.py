"""A published run as its checks read it: each part once, from the folder alone."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from valuekit.domain.figure import Figure
from valuekit.report.extract import Item, extract
from valuekit.runs.params.document import read_document
from valuekit.runs.record.crate import CRATE, read_crate
from valuekit.runs.verification.contents import Contents, contents_of
from valuekit.runs.verification.invariants import CsvTable, read_table
from valuekit.runs.verification.page_numbers import Page, read_page
from valuekit.runs.verification.strict_json import MOST_BYTES, read_json
from valuekit.runs.vouching.register import REGISTER_COPY, Register, read_register

_LARGEST_NOTEBOOK: Final = 256 << 20
_LARGEST_PAGE: Final = 64 << 20


@dataclass(frozen=True)  # no slots: parts are kept once read
class LoadedRun:
    """A folder with its record; a part that cannot be read raises ValueError or OSError when asked for.

    Attributes
    ----------
    folder : Path
        The run.
    entities : dict
        Of its record, by ``@id``.
    """

    folder: Path
    entities: dict[str, dict[str, Any]]

    def text(self, name: str, most_bytes: int = MOST_BYTES) -> str:
        """The text of a file, its line ends as they are."""
        path = self.folder / name
        if path.is_symlink():
            raise ValueError(f"{name} is a link, not a file")
        if (size := path.stat().st_size) > most_bytes:
            raise ValueError(f"{name} holds {size:,} bytes, more than {most_bytes:,}")
        return path.read_bytes().decode("utf-8")

    @cached_property
    def contents(self) -> Contents:
        """What lies in the folder, listed without opening anything."""
        return contents_of(self.folder)

    @cached_property
    def record(self) -> dict[str, Any]:
        """The record as a document, with the context of its terms."""
        document: dict[str, Any] = read_json(self.folder / CRATE)
        return document

    @cached_property
    def notebook(self) -> dict[str, Any]:
        """The executed notebook."""
        notebook: dict[str, Any] = read_json(self.folder / "notebook.ipynb", _LARGEST_NOTEBOOK, nan=True)
        return notebook

    @cached_property
    def status(self) -> dict[str, Any]:
        """``status.json``."""
        status: dict[str, Any] = read_json(self.folder / "status.json")
        return status

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Its blocks, in the language of the page."""
        return extract(self.notebook, self.params["language"])

    @cached_property
    def params(self) -> dict[str, Any]:
        """``params.yaml``."""
        return read_document(self.folder / "params.yaml").values

    @cached_property
    def register(self) -> Register | None:
        """``register.yaml``, its copy of the parameter register; None where there is none."""
        path = self.folder / REGISTER_COPY
        return read_register(path, shown=Path(REGISTER_COPY)) if path.is_file() else None

    @cached_property
    def figures(self) -> dict[str, Figure]:
        """``figures.json``."""
        return {name: Figure(id=name, **given) for name, given in self.kept_figures.items()}

    @cached_property
    def kept_figures(self) -> dict[str, Any]:
        """``figures.json`` as it stands."""
        kept: dict[str, Any] = read_json(self.folder / "figures.json")
        return kept

    @cached_property
    def tables(self) -> dict[str, CsvTable]:
        """``tables/*.csv`` by name."""
        return {path.stem: read_table(path) for path in sorted((self.folder / "tables").glob("*.csv"))}

    @cached_property
    def page(self) -> Page:
        """The numbers of ``report.html``."""
        return read_page(self.html)

    @cached_property
    def html(self) -> str:
        """``report.html``."""
        return self.text("report.html", _LARGEST_PAGE)


def load_run(folder: Path) -> LoadedRun:
    """A published run with its record read; the rest is read when it is asked for.

    Raises
    ------
    OSError, ValueError
        If there is no record, or it is none.
    """
    return LoadedRun(folder, read_crate(folder / CRATE))

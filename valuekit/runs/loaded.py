"""A published run as its checks read it: each part once, from the folder alone."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from valuekit.domain.figure import Figure
from valuekit.report.extract import Item, extract
from valuekit.runs.document import read_document
from valuekit.runs.invariants import CsvTable, read_table
from valuekit.runs.page_numbers import Page, read_page


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

    def text(self, name: str) -> str:
        """The text of a file."""
        return (self.folder / name).read_text(encoding="utf-8")

    @cached_property
    def notebook(self) -> dict[str, Any]:
        """The executed notebook."""
        notebook: dict[str, Any] = json.loads(self.text("notebook.ipynb"))
        return notebook

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Its blocks, in the language of the page."""
        return extract(self.notebook, self.params["language"])

    @cached_property
    def params(self) -> dict[str, Any]:
        """``params.yaml``."""
        return read_document(self.folder / "params.yaml").values

    @cached_property
    def figures(self) -> dict[str, Figure]:
        """``figures.json``."""
        return {
            name: Figure(id=name, **given) for name, given in json.loads(self.text("figures.json")).items()
        }

    @cached_property
    def tables(self) -> dict[str, CsvTable]:
        """``tables/*.csv`` by name."""
        return {path.stem: read_table(path) for path in sorted((self.folder / "tables").glob("*.csv"))}

    @cached_property
    def page(self) -> Page:
        """The numbers of ``report.html``."""
        return read_page(self.text("report.html"))

"""``outputs/index.html``: every published run, refreshed after each one."""

import json
from pathlib import Path
from typing import Final
from urllib.parse import quote

from valuekit.domain.figure import Figure
from valuekit.report.index import RunSummary, render_index
from valuekit.report.numbers import format_value
from valuekit.runs.publication.folders import published_runs
from valuekit.runs.publication.writing import replace_text
from valuekit.runs.record.crate import CRATE, read_crate
from valuekit.runs.vouching.trust import ROLES

_PAGE: Final = "report.html"
_FILES: Final = ("report.pdf", "workbook.xlsx")
_SIGNED: Final = ".dsse.json"


def refresh_index(out: Path, language: str = "en") -> Path:
    """Write the index of the runs below `out`; readers see the old one or the new, never half of one."""
    runs = [summary for folder in published_runs(out) if (summary := _summary(folder)) is not None]
    path = out / "index.html"
    replace_text(render_index(runs, language), path)
    return path


def _summary(folder: Path) -> RunSummary | None:
    try:
        status = json.loads((folder / "status.json").read_text(encoding="utf-8"))
        digest = str(read_crate(folder / CRATE)["./"]["sha256"])
        place = quote(f"{folder.parent.name}/{folder.name}")
        label, shown, number = _headline(folder, status["language"])
        return RunSummary(
            name=folder.parent.name,
            run_id=digest,
            title=status["title"],
            sentence=status["sentence"],
            topic=status["topic"],
            language=status["language"],
            as_of=status["as_of"],
            status="not_approved" if status.get("not_approved") else status["status"],
            started=status["started"],
            link=f"{place}/{_PAGE}",
            folder=place,
            files=tuple(name for name in _FILES if (folder / name).is_file()),
            signed=_signed(folder),
            figure=label,
            shown=shown,
            number=number,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None  # verify names what is wrong with it; the others are listed all the same


def _signed(folder: Path) -> tuple[str, ...]:
    """Roles of which a signature lies in the folder; `valuekit verify` says what it is worth."""
    found = {path.name.removesuffix(_SIGNED) for path in (folder / "approvals").glob(f"*{_SIGNED}")}
    return tuple(role for role in ROLES if role in found)


def _headline(folder: Path, language: str) -> tuple[str, str, float | None]:
    """Label, printed value and number of the figure that stands first on the page; a month is no number."""
    from valuekit.report.headline import figure_label, ranked  # noqa: PLC0415 -- pandas, after the runs

    written = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    figures = ranked(Figure(id=name, **values) for name, values in written.items())
    if not figures:
        return "", "", None
    first = figures[0]
    number = float(first.value) if first.value is not None and first.unit != "month" else None
    return figure_label(first.id, language), format_value(first.value, first.unit, language), number

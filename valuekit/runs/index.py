"""``outputs/index.html``: every published run, refreshed after each one."""

import json
from pathlib import Path
from urllib.parse import quote

from valuekit.report.index import RunSummary, render_index
from valuekit.runs.crate import CRATE, read_crate
from valuekit.runs.folders import published_runs
from valuekit.runs.writing import replace_text


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
        return RunSummary(
            name=folder.parent.name,
            run_id=digest,
            title=status["title"],
            sentence=status["sentence"],
            topic=status["topic"],
            language=status["language"],
            as_of=status["as_of"],
            status=status["status"],
            started=status["started"],
            link=quote(f"{folder.parent.name}/{folder.name}/report.html"),
        )
    except (OSError, ValueError, KeyError):
        return None  # verify names what is wrong with it; the others are listed all the same

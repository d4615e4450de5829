"""The folder of a sweep: summary page, ``summary.csv`` and ``sweep.json``, made from its runs as they lie.

Equal runs make equal bytes; no clock enters. The folder is replaced file by file, each at once.
"""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pandas as pd

from valuekit.errors import RunFailed
from valuekit.frames import schemas
from valuekit.frames.formulas import guarded
from valuekit.frames.line_feeds import WRITER_ENDS, LineFeeds
from valuekit.report.blocks import Headline
from valuekit.report.extract import extract
from valuekit.report.headline import figure_label
from valuekit.report.meta import InputMeta, PageMeta
from valuekit.report.page import render as render_page
from valuekit.report.sweep_blocks import sweep_items
from valuekit.runs.publication.render import NOTEBOOK
from valuekit.runs.publication.writing import replace_text
from valuekit.runs.record import identity
from valuekit.runs.record.crate import CRATE
from valuekit.runs.record.digests import SHORT, digest_of
from valuekit.runs.sweeps.sweep import Sweep, SweepRun

#: Folder of all sweeps, below that of the runs.
SWEEPS: Final = "sweeps"
_NUMERIC: Final = frozenset({"value", "low", "high"})


def write_summary(sweep: Sweep, out: Path) -> Path:
    """Write the summary of a sweep that has been run.

    Returns
    -------
    Path
        ``<out>/sweeps/<name>-<digest>``: the same sweep is summed up in the same place.

    Raises
    ------
    RunFailed
        If it cannot be written; the runs stand without it.
    """
    folder = out / SWEEPS / f"{sweep.name}-{sweep.digest[:SHORT]}"
    try:
        _write(sweep, folder)
    except OSError as error:
        raise RunFailed(
            f"{folder.as_posix()}: the summary could not be written ({error.strerror}); the runs are whole"
        ) from error
    return folder


def _write(sweep: Sweep, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    language = sweep.params.settings.language
    keys = [dimension.key for dimension in sweep.dimensions]
    runs, figures = _runs_frame(sweep, keys), _figures_frame(sweep, keys, language)
    items = sweep_items(runs, figures, name=sweep.name, dimensions=keys, language=language)
    replace_text(render_page(items, _meta(sweep), language), folder / "report.html")
    replace_text(_csv_text(runs, figures, keys), folder / "summary.csv")
    told = json.dumps(as_json(sweep), ensure_ascii=False, sort_keys=True, indent=2)
    replace_text(f"{told}\n", folder / "sweep.json")


def as_json(sweep: Sweep) -> dict[str, Any]:
    """A sweep as ``sweep.json`` and ``--json`` keep it: every run with its digests."""
    return {
        "name": sweep.name,
        "digest": sweep.digest,
        "over": {dimension.key: list(dimension.values) for dimension in sweep.dimensions},
        "runs": [_run_as_json(run) for run in sweep.runs],
        "failed": len(sweep.failed),
    }


def _run_as_json(run: SweepRun) -> dict[str, Any]:
    told: dict[str, Any] = {"run": run.job.name, "values": dict(run.combination.values)}
    told["digest"] = run.job.digest
    folder = run.outcome.folder if run.outcome else None
    if folder is None:
        return told | {"status": "failed", "reason": run.outcome.error if run.outcome else "not run"}
    return told | {"status": "succeeded", "run_id": folder.name, "record_sha256": digest_of(folder / CRATE)}


def _runs_frame(sweep: Sweep, keys: list[str]) -> pd.DataFrame:
    rows = []
    for run in sweep.runs:
        folder = run.outcome.folder if run.outcome else None
        link = None if folder is None else quote(f"../../{run.job.name}/{folder.name}/report.html")
        told = _run_as_json(run)
        rows.append(
            {
                **dict(run.combination.values),
                "run": run.job.name,
                "status": told["status"],
                "run_id": told.get("run_id"),
                "link": link,
                "reason": told.get("reason"),
            }
        )
    return pd.DataFrame(rows, columns=[*keys, *schemas.SWEEP_RUNS.names], dtype=object)


def _figures_frame(sweep: Sweep, keys: list[str], language: str) -> pd.DataFrame:
    rows = [row for run in sweep.runs for row in _figure_rows(run, language)]
    return pd.DataFrame(rows, columns=[*keys, *schemas.SWEEP_FIGURES.names], dtype=object)


def _figure_rows(run: SweepRun, language: str) -> Iterator[dict[str, Any]]:
    if run.outcome is None or run.outcome.folder is None:
        return
    folder = run.outcome.folder
    labels = _labels(folder, language)
    figures = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    for name in sorted(
        figures, key=lambda name: (list(labels).index(name) if name in labels else len(labels), name)
    ):
        figure = figures[name]
        told = {key: figure[key] for key in ("value", "unit", "low", "high", "interval", "tier", "scope")}
        texts = {key: _text(told[key]) for key in _NUMERIC}
        identified = {
            "run": run.job.name,
            "figure": name,
            "label": labels.get(name, figure_label(name, language)),
        }
        yield {**dict(run.combination.values), **identified, **told, **texts}


def _labels(folder: Path, language: str) -> dict[str, str]:
    """What the run's own page calls its figures."""
    items = extract(json.loads((folder / NOTEBOOK).read_text(encoding="utf-8")), language)
    return {k: v for item in items if isinstance(item, Headline) for k, v in item.labels.items()}


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _csv_text(runs: pd.DataFrame, figures: pd.DataFrame, keys: list[str]) -> str:
    """Every run with every figure, a row each; a failed run has one row without a figure."""
    columns = [*keys, *schemas.SWEEP_RUNS.names, *schemas.SWEEP_FIGURES.names[1:]]
    joined = runs.merge(figures.drop(columns=keys), on="run", how="left", sort=False)[columns]
    stream = io.StringIO()
    writer = csv.writer(LineFeeds(stream), lineterminator=WRITER_ENDS)
    writer.writerow([guarded(column) for column in columns])
    for row in joined.itertuples(index=False, name=None):
        writer.writerow([_cell(name, value) for name, value in zip(columns, row, strict=True)])
    return stream.getvalue()


def _cell(column: str, value: Any) -> str:
    """Text is guarded against spreadsheets; figures are no text, however they begin."""
    if value is None or pd.isna(value):
        return ""
    return str(value) if column in _NUMERIC else guarded(str(value))


def _meta(sweep: Sweep) -> PageMeta:
    used = sweep.params.as_used()
    return PageMeta(
        name=sweep.name,
        run_id=sweep.digest,
        inputs=tuple(
            InputMeta(given.name, given.origin, given.sha256, None, {}) for given in sweep.params.inputs
        ),
        parameters={
            "language": used["language"],
            **used["parameters"],
            **{dimension.key: ", ".join(dimension.values) for dimension in sweep.dimensions},
        },
        seed=sweep.params.settings.seed,
        versions=dict(identity.package_versions()),
        platform=identity.platform_words(),
        template=sweep.params.template.path.as_posix(),
        template_sha256=sweep.params.template.sha256,
    )

"""A re-performance as text for a terminal, as plain values for ``--json``, and as Markdown for a folder."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from valuekit.runs.comparison.marks import code, table
from valuekit.runs.publication.writing import write_json, write_text
from valuekit.runs.reperformance.monte_carlo import FALSE_ALARMS, Judgement
from valuekit.runs.reperformance.reperform import NOT_PROVEN, Reperformance
from valuekit.runs.reperformance.reperform_verdict import Verdict

_MEANING: Final = {
    Verdict.BITWISE: "every cell says the same, bit for bit",
    Verdict.STATISTICAL: "numbers differ, within their Monte Carlo errors",
    Verdict.DIFFERS: "the new computation says something else",
}
_ORDER: Final = ("source", "words", "number", "presentation")
_MOST_NAMED: Final = 12
_LONGEST: Final = 60


def as_dict(result: Reperformance) -> dict[str, Any]:
    """As ``--json`` prints it, with every difference."""
    return {
        "run": result.folder.as_posix(),
        "name": result.name,
        "run_id": result.run_id,
        "ok": result.ok,
        "verdict": result.verdict.value,
        "level": result.level.value,
        "cells": result.cells,
        "cells_equal": result.cells_equal,
        "canonical_sha256": result.digest,
        "seconds": round(result.seconds, 1),
        "recorded_seconds": result.recorded_seconds,
        "figures": [
            {
                "id": f.id,
                "recorded": f.recorded,
                "found": f.found,
                "difference": f.difference,
                "equal": f.equal,
            }
            for f in result.figures
        ],
        "artefacts": [
            {"name": a.name, "rows": a.rows, "equal": a.equal, "detail": a.detail} for a in result.artefacts
        ],
        "differences": [difference.as_dict() for difference in result.differences],
        "monte_carlo": None if result.judgement is None else _judgement(result.judgement),
        "reasons": list(result.reasons),
        "notes": list(result.notes),
        "not_proven": list(NOT_PROVEN),
    }


def _judgement(judgement: Judgement) -> dict[str, Any]:
    return {
        "comparisons": len(judgement.judged),
        "with_stored_error": sum(number.stored for number in judgement.judged),
        "allowed_multiple": round(judgement.allowed, 3),
        "false_alarms": FALSE_ALARMS,
        "furthest_multiple": round(judgement.furthest, 3),
        "beyond": [
            {
                "where": number.where,
                "recorded": number.recorded,
                "found": number.found,
                "error": number.error,
                "multiple": round(number.multiple, 3),
            }
            for number in judgement.beyond
        ],
        "not_judged": [
            {"where": one.where, "recorded": one.recorded, "found": one.found} for one in judgement.unjudged
        ],
        "must_be_equal": list(judgement.exact),
    }


def lines(result: Reperformance) -> Iterator[str]:
    """As a terminal shows it."""
    yield f"{result.verdict.value}  {result.name}/{result.run_id}: {_MEANING[result.verdict]}"
    yield f"  cells      {result.cells_equal} of {result.cells} equal"
    equal = sum(figure.equal for figure in result.figures)
    yield f"  figures    {equal} of {len(result.figures)} equal"
    if result.artefacts:
        rows = sum(artefact.rows for artefact in result.artefacts)
        equal = sum(artefact.equal for artefact in result.artefacts)
        yield f"  journals and draws  {equal} of {len(result.artefacts)} files equal ({rows} rows)"
    took, then = f"{result.seconds:.1f} s", f"{result.recorded_seconds:g} s"
    yield f"  took       {took} with empty caches; the record says {then}"
    if result.judgement is not None:
        yield from (f"  {line}" for line in _judged_lines(result.judgement))
    for figure in result.figures:
        if not figure.equal:
            words = f"  figure {figure.id}: {figure.recorded} -> {figure.found} {_by(figure.difference)}"
            yield words.rstrip()
    for artefact in result.artefacts:
        if not artefact.equal:
            yield f"  {artefact.name}: {artefact.detail}"
    for one in sorted(result.differences, key=lambda one: _ORDER.index(one.kind))[:_MOST_NAMED]:
        yield f"  {one.where}: {_line(one.recorded)} -> {_line(one.found)} {_by(one.amount)}".rstrip()
    if len(result.differences) > _MOST_NAMED:
        more = len(result.differences) - _MOST_NAMED
        yield f"  ... and {more} more differences (all of them: --json, --out)"
    yield from (f"  note: {note}" for note in result.notes)
    yield from _reason_lines(result)


def _line(value: str) -> str:
    line = " ".join(value.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."


def _by(amount: str) -> str:
    return f"({amount if amount.startswith('-') else '+' + amount})" if amount else ""


def _judged_lines(judgement: Judgement) -> Iterator[str]:
    stored = sum(number.stored for number in judgement.judged)
    yield (
        f"Monte Carlo: {len(judgement.judged)} numbers compared ({stored} with a stored error, the rest by "
        f"the effective sample size); allowed are {judgement.allowed:.2f} standard errors of a difference: "
        f"so all hold in {1 - FALSE_ALARMS:.0%} of sound re-performances; furthest {judgement.furthest:.2f}"
    )
    for number in judgement.beyond[:_MOST_NAMED]:
        apart = f"{number.multiple:.1f} standard errors"
        yield f"beyond: {number.where} {number.recorded:g} -> {number.found:g}, {apart}"
    if judgement.unjudged:
        widest = max(judgement.unjudged, key=lambda one: one.apart)
        words = "numbers differ and have no Monte Carlo error, the most by"
        yield f"not judged: {len(judgement.unjudged)} {words} {widest.apart:.1%} ({widest.where})"
    if judgement.exact:
        yield f"must be equal and are not: {len(judgement.exact)} cells, such as {judgement.exact[0]}"


def _reason_lines(result: Reperformance) -> Iterator[str]:
    if result.reasons:
        yield "  not the same here as where the run was made:"
        yield from (f"    {reason}" for reason in result.reasons)
    elif result.verdict is not Verdict.BITWISE:
        yield "  versions, system and processor are those of the record: the notebook does not compute the"
        yield "  same twice, or its record was made by other code of the same version"


def markdown(result: Reperformance) -> str:
    """The report that ``--out`` keeps, with every difference."""
    parts = [
        f"# Re-performance of {code(result.name + '/' + result.run_id)}: {result.verdict.value}",
        f"{_MEANING[result.verdict].capitalize()}. Level asked for: {result.level.value}.",
        table(("What", "Equal", "Of"), _counts(result)),
        f"Took {result.seconds:.1f} s with empty caches; the record says {result.recorded_seconds:g} s.",
        f"Canonical digest of the new notebook: {code(result.digest)}.",
    ]
    if result.judgement is not None:
        parts += ["## Monte Carlo errors", *(f"- {line}" for line in _judged_lines(result.judgement))]
    unequal = [figure for figure in result.figures if not figure.equal]
    if unequal:
        rows = [(f.id, str(f.recorded), str(f.found), f.difference) for f in unequal]
        parts += ["## Headline figures", table(("Figure", "Recorded", "Now", "Difference"), rows)]
    if result.differences:
        cells = [(d.where, d.kind, d.recorded, d.found, d.amount) for d in result.differences]
        parts += ["## Differences", table(("Where", "Kind", "Recorded", "Now", "Difference"), cells)]
    files = [(a.name, a.detail) for a in result.artefacts if not a.equal]
    if files:
        parts += ["## Journals and draws", table(("File", "What differs"), files)]
    parts += ["## Not the same here as where the run was made", _listed(result.reasons)]
    parts += ["## Not proven", _listed((*result.notes, *NOT_PROVEN))]
    return "\n\n".join(parts) + "\n"


def keep(result: Reperformance, out: Path) -> None:
    """Write the report, its values and the new notebook into a folder."""
    write_text(markdown(result), out / "reperformance.md")
    write_json(as_dict(result), out / "reperformance.json")
    write_text(json.dumps(result.notebook, ensure_ascii=False, indent=1) + "\n", out / "notebook.ipynb")


def _counts(result: Reperformance) -> list[tuple[str, str, str]]:
    return [
        ("cells", str(result.cells_equal), str(result.cells)),
        ("headline figures", str(sum(f.equal for f in result.figures)), str(len(result.figures))),
        ("journals and draws", str(sum(a.equal for a in result.artefacts)), str(len(result.artefacts))),
    ]


def _listed(texts: tuple[str, ...]) -> str:
    return "\n".join(f"- {code(text)}" for text in texts) or "Nothing that was recorded."

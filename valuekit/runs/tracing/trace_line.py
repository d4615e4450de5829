"""A ledger line of a run: its journal rows, and all that decided it, computed again from the inputs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import polars as pl

from valuekit.attribution.journal import Journal
from valuekit.attribution.rules import Rules
from valuekit.attribution.trace import trace
from valuekit.domain.money import decimal_text, scale_of
from valuekit.frames.opening import open_ledger
from valuekit.frames.read import read_claims, read_drivers, read_prices
from valuekit.runs.tracing.trace import Proof, Trace
from valuekit.runs.tracing.trace_inputs import TracedInput
from valuekit.runs.tracing.trace_value import rule_text, rule_texts
from valuekit.runs.verification.loaded import LoadedRun

_CODES: Final = ("step", "rule_id", "carrier", "evidence", "treatment", "period", "currency", "pool")
_TABLES: Final = {"prices": read_prices, "drivers": read_drivers, "claims": read_claims}


def has_line(parts: Sequence[Path], line_id: str) -> bool:
    """Whether the journal has rows of a line."""
    return not _rows(parts, line_id).head(1).collect().is_empty()


def trace_line(
    run: LoadedRun, line_id: str, parts: Sequence[Path], inputs: Mapping[str, TracedInput]
) -> Trace:
    """Tell how a line was attributed.

    The plain reference computes it again where all inputs lie here with their recorded digests; without
    them, its journal rows and the text of its rule stand alone, and a note says what is missing.
    """
    rows = _rows(parts, line_id).sort("seq").collect().to_dicts()
    needed = [name for name in ("ledger", "rules", *_TABLES) if name in inputs]
    missing = [inputs[name] for name in needed if inputs[name].path is None]
    if missing:
        texts, notes = rule_texts(run, inputs)
        named = ", ".join(f"{given.name} ({given.origin}): {given.state}" for given in missing)
        notes.append(f"not computed again, inputs are missing: {named}; give copies with --inputs DIR")
        told: dict[str, Any] = {"rule": rule_text(texts, rows[0]["rule_id"]), "journal": rows}
        return Trace(run.folder, line_id, "line", told, (), tuple(inputs.values()), tuple(notes))
    told = _computed(run, line_id, inputs)
    proofs = (*_proofs(rows, told["journal"], told["line"]), *_pool_proofs(told))
    return Trace(run.folder, line_id, "line", told, proofs, tuple(inputs.values()))


def _rows(parts: Sequence[Path], line_id: str) -> pl.LazyFrame:
    rows = Journal(tuple(parts)).scan().filter(pl.col("line_id") == line_id)
    return rows.with_columns(pl.col(_CODES).cast(pl.String), pl.col("seq").cast(pl.Int64))


def _computed(run: LoadedRun, line_id: str, inputs: Mapping[str, TracedInput]) -> dict[str, Any]:
    ledger = inputs["ledger"]
    source = open_ledger(
        ledger.path, columns=ledger.given.get("columns") or {}, sheet=ledger.given.get("sheet")
    )
    tables: dict[str, Any] = {
        name: read(inputs[name].path) for name, read in _TABLES.items() if name in inputs
    }
    rules = Rules.load(_path(inputs["rules"]))
    told = trace(source, rules, line_id, **tables, language=str(run.params["language"]))
    texts, _ = rule_texts(run, inputs)
    return {**told, "rule_text": rule_text(texts, told["rule"]["id"]) if told["rule"] else None}


def _path(given: TracedInput) -> Path:
    assert given.path is not None  # noqa: S101 -- what is missing was named before
    return given.path


def _proofs(
    rows: Sequence[Mapping[str, Any]], computed: Sequence[Mapping[str, Any]], line: Mapping[str, Any]
) -> list[Proof]:
    """The journal of the run against what the reference computes, and its billed rows against the ledger."""
    scale = scale_of(line["currency"])
    billed = sum(row["amount_minor"] for row in rows if row["step"] == "billed")
    return [
        Proof(
            "billed in the journal", decimal_text(billed, scale), decimal_text(line["amount_minor"], scale)
        ),
        Proof("journal rows, computed again", _written(rows), _written(computed)),
    ]


def _pool_proofs(told: Mapping[str, Any]) -> list[Proof]:
    """What the lines of a pool are allocated against what was billed together."""
    scale = scale_of(told["line"]["currency"])
    return [
        Proof(
            "allocated to the lines of its pool",
            decimal_text(sum(line["allocated_minor"] for line in pool["lines"]), scale),
            decimal_text(pool["total_minor"], scale),
        )
        for pool in (told["pool"], told["contract_pool"])
        if pool is not None
    ]


def _written(rows: Sequence[Mapping[str, Any]]) -> str:
    """What the rows of a line say, as text that can be compared."""
    return "; ".join(
        " ".join(str(row[name]) for name in (*_CODES[:4], "treatment", "amount_minor"))
        for row in sorted(rows, key=lambda row: int(row["seq"]))
    )

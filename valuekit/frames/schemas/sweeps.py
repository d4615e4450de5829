"""Sweeps: one params file under every combination of some values."""

from typing import Final

from valuekit.frames.schemas.schema import Kind, Schema, column

SWEEP_RUNS: Final = Schema(
    "sweep_runs",
    (
        column(
            "run",
            Kind.TEXT,
            "name of the run: params file and values; a column for each varied key before it",
        ),
        column("status", Kind.TEXT, "succeeded or failed"),
        column("run_id", Kind.TEXT, "of the published run", nullable=True),
        column("link", Kind.TEXT, "its page, relative to the summary", nullable=True),
        column("reason", Kind.TEXT, "why it failed", nullable=True),
    ),
)
SWEEP_FIGURES: Final = Schema(
    "sweep_figures",
    (
        column("run", Kind.TEXT, "name of the run"),
        column("figure", Kind.TEXT, "id of a headline figure"),
        column("label", Kind.TEXT, "as the run's page prints it"),
        column("value", Kind.TEXT, "exact decimal, number or month as figures.json keeps it", nullable=True),
        column("unit", Kind.TEXT, "of value, low and high"),
        column("low", Kind.TEXT, "lower end of the interval or lower bound", nullable=True),
        column("high", Kind.TEXT, "upper end or bound", nullable=True),
        column("interval", Kind.TEXT, "what low and high are"),
        column("tier", Kind.TEXT, "evidence tier"),
        column("scope", Kind.TEXT, "scope with its version"),
    ),
)  # fmt: skip

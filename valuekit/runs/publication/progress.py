"""Show the steps of runs on stderr: bars on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from valuekit.runs.publication.steps import Step, Watch

if TYPE_CHECKING:
    from valuekit.runs.sweeps.sweep import SweepRun


@contextmanager
def shown(names: list[str]) -> Iterator[Watch]:
    """Show progress of the named runs while the block lasts."""
    if sys.stderr.isatty():
        with _bars(names) as watch:
            yield watch
    else:
        yield _Lines().watch


@contextmanager
def counted(total: int) -> Iterator[tuple[Watch, "Callable[[SweepRun], None]"]]:
    """Count the runs of a sweep while the block lasts: one bar on a terminal, a line a run elsewhere."""
    if sys.stderr.isatty():
        with _one_bar(total) as tellers:
            yield tellers
    else:
        lines = _CountedLines(total)
        yield lines.watch, lines.ended


class _CountedLines:
    """One line a run that has ended, with the seconds since the beginning."""

    def __init__(self, total: int) -> None:
        self._began, self._total, self._count = time.monotonic(), total, 0

    def watch(self, step: Step) -> None:
        """Runs that are going are not told cell by cell: many go at a time."""

    def ended(self, run: "SweepRun") -> None:
        self._count += 1
        seconds = time.monotonic() - self._began
        words = f"{seconds:6.1f} s  {self._count} of {self._total}: {run.combination.words}: {_said(run)}"
        print(words, file=sys.stderr, flush=True)  # noqa: T201 -- the terminal


def _said(run: "SweepRun") -> str:
    if run.before:
        return "finished before"
    return "failed" if run.outcome is None or run.outcome.exit_code else "published"


@contextmanager
def _one_bar(total: int) -> Iterator[tuple[Watch, "Callable[[SweepRun], None]"]]:
    from rich import progress  # noqa: PLC0415 -- only on a terminal
    from rich.console import Console  # noqa: PLC0415

    columns = (
        progress.MofNCompleteColumn(),
        progress.BarColumn(),
        progress.TextColumn("{task.description}"),
        progress.TimeElapsedColumn(),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task("", total=total)
        failures = []

        def ended(run: "SweepRun") -> None:
            failures.extend([run] if _said(run) == "failed" else [])
            words = f"{len(failures)} failed" if failures else ""
            bars.update(task, advance=1, description=words)

        yield lambda _: None, ended


class _Lines:
    """One line a step, with the seconds since the beginning."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def watch(self, step: Step) -> None:
        seconds = time.monotonic() - self._began
        print(f"{seconds:6.1f} s  {step.run}: {step.text}", file=sys.stderr, flush=True)  # noqa: T201 -- the terminal


@contextmanager
def _bars(names: list[str]) -> Iterator[Watch]:
    from rich.console import Console  # noqa: PLC0415 -- only on a terminal
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (
        TextColumn("{task.fields[run]}"),
        BarColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks = {name: bars.add_task("waiting", total=None, start=False, run=name) for name in names}

        def watch(step: Step) -> None:
            task = tasks[step.run]
            bars.start_task(task)
            if step.ended:
                bars.update(task, description=step.text, total=1, completed=1)
                bars.stop_task(task)
            else:
                bars.update(task, description=step.text, total=step.total, completed=step.done)

        yield watch

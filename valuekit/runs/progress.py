"""Show the steps of runs on stderr: bars on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from valuekit.runs.steps import Step, Watch


@contextmanager
def shown(names: list[str]) -> Iterator[Watch]:
    """Show progress of the named runs while the block lasts."""
    if sys.stderr.isatty():
        with _bars(names) as watch:
            yield watch
    else:
        yield _Lines().watch


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

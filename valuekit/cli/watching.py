"""Show the progress of an attribution on stderr: a bar on a terminal, a line every so often elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from valuekit.attribution.progress import Progress, Stage, Watcher

_EVERY: Final = 30.0  # seconds between two lines of one stage


@contextmanager
def watched() -> "Iterator[Watcher]":
    """Show what is reported while the block lasts."""
    if sys.stderr.isatty():
        with _bars() as watch:
            yield watch
    else:
        yield Lines().watch


class Lines:
    """A line when a stage begins and ends, and one every 30 seconds between."""

    def __init__(self) -> None:
        self._stage: Stage | None = None
        self._next = 0.0

    def watch(self, progress: "Progress") -> None:
        """Print a report, or not."""
        ended = progress.done >= progress.total
        if progress.stage is self._stage and not ended and progress.seconds < self._next:
            return
        self._stage, self._next = progress.stage, progress.seconds + _EVERY
        click.echo(f"{progress.seconds:6.0f} s  {told(progress)}", err=True)


def told(progress: "Progress") -> str:
    """A report in words: stage, steps, lines, label and the time left.

    Examples
    --------
    >>> from valuekit.attribution.progress import Progress, Stage
    >>> told(Progress(Stage.ATTRIBUTING, 3, 12, 1_200_000, 41.0, 123.4, "2025-03"))
    'attributing 3 of 12, 1,200,000 lines, 2025-03, about 2:03 left'
    """
    parts = [f"{progress.stage} {progress.done} of {progress.total}"]
    if progress.lines:
        parts.append(f"{progress.lines:,} lines")
    if progress.label:
        parts.append(progress.label)
    if progress.seconds_left:
        parts.append(f"about {duration(progress.seconds_left)} left")
    return ", ".join(parts)


def duration(seconds: float) -> str:
    """Hours, minutes and seconds as a clock shows them.

    Examples
    --------
    >>> duration(4.2), duration(3725)
    ('0:04', '1:02:05')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@contextmanager
def _bars() -> "Iterator[Watcher]":
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[said]}"),
    )
    with Bars(*columns, console=Console(stderr=True)) as bars:
        tasks = {}

        def watch(progress: "Progress") -> None:
            stage = progress.stage
            if stage not in tasks:
                tasks[stage] = bars.add_task(str(stage), total=progress.total, said="")
            words = told(progress).removeprefix(f"{stage} ")
            bars.update(tasks[stage], completed=progress.done, total=progress.total, said=words)
            if progress.done >= progress.total:
                bars.stop_task(tasks[stage])

        yield watch

"""Show the progress of an attribution on stderr: a bar on a terminal, a line every so often elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from valuekit.attribution.progress import Progress, Stage, Watcher

_FIRST: Final = 5.0  # seconds: whoever is done by then needs no line
_EVERY: Final = 30.0  # between two lines of one stage


@contextmanager
def watched() -> "Iterator[Watcher]":
    """Show what is reported while the block lasts."""
    if sys.stderr.isatty():
        with _bars() as watch:
            yield watch
    else:
        yield Lines().watch


class Lines:
    """A line after 5 seconds, then one every 30 seconds and where a stage begins or ends."""

    def __init__(self) -> None:
        self._stage: Stage | None = None
        self._next = _FIRST

    def watch(self, progress: "Progress") -> None:
        """Print a report, or not."""
        spoke = self._next > _FIRST
        turned = progress.stage is not self._stage or progress.done >= progress.total
        self._stage = progress.stage
        if progress.seconds < self._next and not (spoke and turned):
            return
        self._next = progress.seconds + _EVERY
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

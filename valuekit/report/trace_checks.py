"""Hold the traces of a page against its headline figures: what is shown adds up, to the cent."""

from collections.abc import Iterator, Mapping, Sequence

from valuekit.domain.figure import Figure
from valuekit.domain.money import parse_minor, scale_of
from valuekit.errors import Finding
from valuekit.report.blocks import Block, FigureTrace, Headline, TracePart, Traces


def check_traces(blocks: Sequence[Block]) -> Iterator[Finding]:
    """Find traces of figures that no card shows, that stand twice, or whose parts do not add up."""
    figures = {figure.id: figure for b in blocks if isinstance(b, Headline) for figure in b.figures}
    seen: set[str] = set()
    for trace in (trace for block in blocks if isinstance(block, Traces) for trace in block.traces):
        where = f"trace of {trace.figure!r}"
        if trace.figure in seen:
            yield Finding(where, "stands twice", "show it once")
        seen.add(trace.figure)
        if trace.figure not in figures:
            yield Finding(where, "no card shows this figure", "trace the figures of the headline")
        else:
            yield from _adds_up(trace, figures)


def _adds_up(trace: FigureTrace, figures: Mapping[str, Figure]) -> Iterator[Finding]:
    figure = figures[trace.figure]
    for part in trace.parts:
        total = part_total(part)
        if total is not None and total != parse_minor(str(figure.value), scale_of(figure.unit)):
            where = f"trace of {trace.figure!r}, part {part.id!r}"
            yield Finding(
                where, f"adds up to {total} minor units, the figure is {figure.value}", "trace it again"
            )


def part_total(part: TracePart) -> int | None:
    """What the rows of a part add up to, in minor units; None where nothing is added."""
    if not part.adds_up:
        return None
    position = [column.name for column in part.columns].index(part.adds_up)
    return sum(int(row[position] or 0) for row in part.rows)

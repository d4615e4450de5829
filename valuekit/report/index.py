"""``outputs/index.html``: every run in the folder, with its answer, newest first."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Final

from valuekit.report import trusted
from valuekit.report.languages import text

_WIDTH: Final = 120.0
_HEIGHT: Final = 28.0
_FEWEST: Final = 2  # runs that make a line
_SAID: Final = 12  # values that its words name, the latest


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run as the index lists it.

    Attributes
    ----------
    name, run_id : str
        Params name, and digest of the run.
    title, sentence, topic, as_of : str
        As on the page of the run.
    language : str
        ``en`` or ``zh``, of that page.
    status : str
        ``succeeded``, ``approved``, ``not_approved`` or ``failed``.
    started : str
        Sorts the runs of a name: ISO 8601, or any text that sorts by time.
    link : str
        Of the page, relative to the index.
    folder : str
        Of the run, relative to the index; what `valuekit verify` is given.
    files : tuple of str
        Further files of the run that a reader opens: PDF, workbook.
    signed : tuple of str
        Roles whose signatures lie in the folder, as found; nobody has checked them for this list.
    figure, shown : str
        Label and printed value of the first headline figure.
    number : float or None
        That figure, for the line over all runs of a name.
    """

    name: str
    run_id: str
    title: str
    sentence: str
    topic: str
    language: str
    as_of: str
    status: str
    started: str
    link: str
    folder: str = ""
    files: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()
    figure: str = ""
    shown: str = ""
    number: float | None = None


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A figure over the runs of a name: label, line and its end as points, and in words."""

    label: str
    points: str
    end: tuple[float, float]
    last: str
    words: str


def render_index(runs: Iterable[RunSummary], language: str) -> str:
    """The index as one HTML file that opens without network.

    Parameters
    ----------
    runs : iterable of RunSummary
        In any order; printed by name, newest first within each.
    language : str
        ``en`` or ``zh``, of the index itself; each run keeps the language of its page.
    """
    said = partial(text, language)
    script, style = trusted.source("index.js"), trusted.source("page.css")
    groups = [(name, group, _sparkline(group, language)) for name, group in _by_name(runs)]
    listed = [run for _, group, _ in groups for run in group]
    return trusted.environment().get_template("index.html.j2").render(
        policy=trusted.content_security_policy([script], [style]),
        script=script,
        style=style,
        t=lambda key, **values: said(f"page.{key}", **values),
        lang=trusted.LANG[language],
        langs=trusted.LANG,
        groups=groups,
        facets=_facets(listed, said),
        count=len(listed),
    )  # fmt: skip


def _by_name(runs: Iterable[RunSummary]) -> list[tuple[str, list[RunSummary]]]:
    """Runs grouped by name, newest first; the digest decides between runs of one moment."""
    newest_first = sorted(runs, key=lambda run: (run.started, run.run_id), reverse=True)
    ordered = sorted(newest_first, key=lambda run: run.name)
    return [(name, list(group)) for name, group in groupby(ordered, key=lambda run: run.name)]


def _facets(runs: Sequence[RunSummary], said: Callable[..., str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be chosen: topics as they stand, statuses in words."""
    topics = sorted({run.topic for run in runs})
    statuses = sorted({run.status for run in runs})
    return [
        ("topic", [(topic, topic) for topic in topics]),
        ("status", [(status, said(f"page.status.{status}")) for status in statuses]),
    ]


def _sparkline(newest_first: Sequence[RunSummary], language: str) -> Sparkline | None:
    """The headline figure from the first run to the last, where two runs have the same one."""
    last = newest_first[0]
    same = [
        run for run in reversed(newest_first) if run.figure == last.figure and math.isfinite(_number(run))
    ]
    if last.number is None or len(same) < _FEWEST:
        return None
    numbers = [_number(run) for run in same]
    low, span = min(numbers), max(numbers) - min(numbers)
    places = [
        (
            round(_WIDTH * k / (len(numbers) - 1), 1),
            round(_HEIGHT * (1 - (n - low) / span), 1) if span else 14.0,
        )
        for k, n in enumerate(numbers)
    ]
    words = text(
        language,
        "page.index.over_runs",
        figure=last.figure,
        values=", ".join(run.shown for run in same[-_SAID:]),
    )
    return Sparkline(last.figure, " ".join(f"{x},{y}" for x, y in places), places[-1], same[-1].shown, words)


def _number(run: RunSummary) -> float:
    return math.nan if run.number is None else run.number

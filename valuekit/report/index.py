"""``outputs/index.html``: every run in the folder, with its answer, newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from valuekit.report import trusted
from valuekit.report.languages import text


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
    groups = _by_name(runs)
    return trusted.environment().get_template("index.html.j2").render(
        policy=trusted.content_security_policy([script], [style]),
        script=script,
        style=style,
        t=lambda key, **values: said(f"page.{key}", **values),
        lang=trusted.LANG[language],
        langs=trusted.LANG,
        groups=groups,
        count=sum(len(group) for _, group in groups),
    )  # fmt: skip


def _by_name(runs: Iterable[RunSummary]) -> list[tuple[str, list[RunSummary]]]:
    """Runs grouped by name, newest first; the digest decides between runs of one moment."""
    newest_first = sorted(runs, key=lambda run: (run.started, run.run_id), reverse=True)
    ordered = sorted(newest_first, key=lambda run: run.name)
    return [(name, list(group)) for name, group in groupby(ordered, key=lambda run: run.name)]

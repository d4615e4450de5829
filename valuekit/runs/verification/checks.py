"""The classes of checks that `verify` makes, in order: each yields what is wrong, nothing if all is well."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from valuekit.runs.verification import (
    folder_checks,
    notebook_checks,
    page_checks,
    record_checks,
    rendered_checks,
    table_checks,
)
from valuekit.runs.verification.approval_checks import approved, approved_words
from valuekit.runs.verification.chain_checks import chained, chained_words
from valuekit.runs.verification.input_checks import tied, tied_words
from valuekit.runs.verification.loaded import LoadedRun
from valuekit.runs.verification.register_checks import registered, registered_words
from valuekit.runs.verification.signature_checks import signed, signed_words
from valuekit.runs.verification.workbook_checks import in_workbook
from valuekit.runs.vouching.trust import TrustedKeys

Problems = Iterator[str]


@dataclass(frozen=True, slots=True)
class Given:
    """What the auditor brings, beside the folder.

    Attributes
    ----------
    trust : TrustedKeys
        Whose signatures count.
    originals : Path or None
        Folder of the original inputs.
    """

    trust: TrustedKeys = field(default_factory=TrustedKeys)
    originals: Path | None = None


@dataclass(frozen=True, slots=True)
class CheckClass:
    """A class of checks.

    Attributes
    ----------
    name : str
        Stable.
    meaning : str
        What holds when nothing is wrong.
    find : callable
        Yields what is wrong; raises `NotHeld` where it cannot be said here.
    words : callable, optional
        What was found, in place of `meaning`.
    """

    name: str
    meaning: str
    find: Callable[[LoadedRun, Given], Problems]
    words: Callable[[LoadedRun, Given], str] | None = None


def _plain(name: str, find: Callable[[LoadedRun], Problems], meaning: str) -> CheckClass:
    return CheckClass(name, meaning, lambda run, _: find(run))


CHECKS: Final = (
    _plain("record", record_checks.recorded, "the record describes one completed run"),
    _plain("profile", record_checks.profiled, "the record keeps to RO-Crate 1.3 and Process Run Crate 0.6"),
    _plain(
        "complete", folder_checks.complete, "every recorded file is present, and no other; names are plain"
    ),
    _plain("intact", folder_checks.intact, "size and SHA-256 of every file are as recorded"),
    CheckClass(
        "signed",
        "",
        lambda run, given: signed(run, given.trust),
        lambda run, given: signed_words(run, given.trust),
    ),
    CheckClass(
        "approved",
        "",
        lambda run, given: approved(run, given.trust),
        lambda run, given: approved_words(run, given.trust),
    ),
    CheckClass("register", "", lambda run, _: registered(run), lambda run, _: registered_words(run)),
    CheckClass("chain", "", lambda run, _: chained(run), lambda run, _: chained_words(run)),
    CheckClass("inputs", "", lambda run, given: tied(run, given.originals), lambda run, _: tied_words(run)),
    _plain(
        "parameters",
        notebook_checks.parameters,
        "injected cell, papermill block, params.yaml and record agree",
    ),
    _plain(
        "identity",
        notebook_checks.identified,
        "the run digest is that of parameters, inputs, template and version",
    ),
    _plain("source", notebook_checks.from_template, "the executed cells are those of the recorded template"),
    _plain(
        "execution",
        notebook_checks.executed,
        "every cell was executed once, in order, without an error, within the time of the run",
    ),
    _plain("outputs", notebook_checks.shown, "what the notebook shows is what its blocks hold"),
    _plain(
        "rendering",
        rendered_checks.rendered,
        "figures.json, every table and the status are what the executed notebook holds",
    ),
    _plain("charts", rendered_checks.charted, "every chart file shows what the executed notebook shows"),
    _plain(
        "workbook", in_workbook, "every cell of workbook.xlsx, value and formula, is made by the notebook"
    ),
    _plain("figures", table_checks.cited, "every figure equals the table cell that it cites"),
    _plain(
        "numbers",
        page_checks.printed,
        "every number on the page equals its figure or table cell, printed as the language asks",
    ),
    _plain(
        "page",
        page_checks.rendered_again,
        "notebook and record, rendered again, make the page: each sentence, card, table and chart",
    ),
    _plain(
        "tables",
        table_checks.consistent,
        "differences are zero, parts add up, bridges close, bounds are in order, shares within 0 and 1",
    ),
    _plain(
        "controls",
        table_checks.controlled,
        "the periods of a reconciliation make its total and the control total of the ledger",
    ),
)

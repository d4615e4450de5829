"""The tables of the value assessment.

Row keys, for figures to cite: statements ``currency/<by-values>/carrier/evidence/treatment`` with
``unattributed`` for an unknown carrier; reconciliation ``currency/period``; bounds ``scope/period``,
the scope without its version; bridge ``currency/position``; exceptions ``kind/key``; rule use the rule
id; per connection the period. Where these do not tell rows apart, because currencies differ, the
currency follows (and the detail of an exception).
"""

from collections.abc import Callable, Sequence

import pandas as pd

from valuekit.frames import schemas
from valuekit.report.blocks import Table
from valuekit.report.exception_words import exception_detail
from valuekit.report.tables import TOTAL, Layout, Row, joined, named, table_of
from valuekit.report.words import name, scope_name

_MOVED = ("reallocated_minor", "contract_view_minor", "driven_minor", "overlap_minor")
_PARTS = tuple(name for name in schemas.RECONCILIATION.names if name.endswith("_minor"))
_STEPS = ("billed_minor", *_MOVED, "amount_minor")


def _carrier(language: str, code: str) -> str:
    return name(language, "carrier", code or "unattributed")


def _candidates(language: str, codes: str) -> str:
    parts = [part.strip() for part in codes.replace(";", ",").split(",") if part.strip()]
    return ", ".join(name(language, "carrier", part) for part in parts)


_WORDS = {"carrier": _carrier, "evidence": named("tier"), "treatment": named("treatment")}


def _statement_key(frame: pd.DataFrame) -> Callable[[Row], str]:
    by = [column for column in frame.columns if column not in schemas.STATEMENT.names]

    def key(row: Row) -> str:
        parts = [row["currency"], *(row[column] for column in by)]
        carrier = row["carrier"] or "unattributed"
        return "/".join(str(part) for part in (*parts, carrier, row["evidence"], row["treatment"]))

    return key


def statement_table(statement: pd.DataFrame, *, language: str, scope: str = "", source: str = "") -> Table:
    """The value statement of one period or of all, with its sum: table ``statement``.

    Steps that moved nothing have no column.
    """
    layout = Layout(
        id="statement",
        topic="value",
        schema=schemas.STATEMENT,
        key=_statement_key(statement),
        total=_STEPS,
        words=_WORDS,
        shown_if_used=_MOVED,
    )
    return table_of(
        statement, layout, language=language, source=source, values={"scope": scope_name(language, scope)}
    )


def statement_by_period_table(
    statement: pd.DataFrame, *, language: str, scope: str = "", overlapping: bool = False, source: str = ""
) -> Table:
    """The value statement by period, table ``statement_by_period``.

    Parameters
    ----------
    statement : DataFrame
        A STATEMENT with a column ``period``.
    overlapping : bool
        Whether published periods overlap (a half year and its year), so that no sum is printed.
    """
    layout = Layout(
        id="statement_by_period",
        topic="value",
        schema=schemas.STATEMENT,
        key=_statement_key(statement),
        total=() if overlapping else _STEPS,
        words=_WORDS,
        shown_if_used=_MOVED,
    )
    return table_of(
        statement, layout, language=language, source=source, values={"scope": scope_name(language, scope)}
    )


def together(frames: pd.DataFrame | Sequence[pd.DataFrame]) -> pd.DataFrame:
    """One frame of those of several scopes, in their order."""
    return frames if isinstance(frames, pd.DataFrame) else pd.concat(list(frames), ignore_index=True)


def standing_alone(frame: pd.DataFrame, *, overlapping: bool) -> pd.DataFrame:
    """The frame without its total over periods where these overlap and are never added."""
    return frame[frame["period"] != TOTAL] if overlapping else frame


def reconciliation_table(
    reconciliation: pd.DataFrame, *, language: str, overlapping: bool = False, source: str = ""
) -> Table:
    """What became of the ledger, month by month, with the difference: table ``reconciliation``."""
    layout = Layout(
        id="reconciliation",
        topic="value",
        schema=schemas.RECONCILIATION,
        key=joined("currency", "period"),
        summed=_PARTS,
        shown_if_used=("contract_view_minor",),
    )
    frame = standing_alone(reconciliation, overlapping=overlapping)
    return table_of(frame, layout, language=language, source=source)


def _bounds_key(frame: pd.DataFrame) -> Callable[[Row], str]:
    """Scope and period; with the currency where there are several."""
    several = len(set(frame["currency"])) > 1

    def key(row: Row) -> str:
        short = f"{str(row['scope']).partition('@')[0]}/{row['period']}"
        return f"{short}/{row['currency']}" if several else short

    return key


def bounds_table(
    bounds: pd.DataFrame | Sequence[pd.DataFrame],
    *,
    language: str,
    overlapping: bool = False,
    source: str = "",
) -> Table:
    """What each scope is worth at least and at most, table ``bounds``.

    Parameters
    ----------
    bounds : DataFrame or sequence of DataFrame
        BOUNDS, of all scopes together or one frame a scope.
    """
    every = together(bounds)
    layout = Layout(
        id="bounds",
        topic="value",
        schema=schemas.BOUNDS,
        key=_bounds_key(every),
        summed=("known_minor", "low_minor", "high_minor"),
        words={"scope": scope_name},
    )
    frame = standing_alone(every, overlapping=overlapping)
    return table_of(frame, layout, language=language, source=source)


def bridge_table(bridge: pd.DataFrame, *, language: str, source: str = "") -> Table:
    """From one scope to another, cause by cause, table ``bridge_<from>_<to>``."""
    opening, closing = bridge_ends(bridge)
    layout = Layout(
        id=f"bridge_{opening}_{closing}",
        topic="value",
        schema=schemas.BRIDGE,
        key=joined("currency", "position"),
        words={"kind": named("row"), "cause": cause_name},
        texts="bridge",
    )
    values = {"opening": scope_name(language, opening), "closing": scope_name(language, closing)}
    return table_of(bridge, layout, language=language, source=source, values=values)


def bridge_ends(bridge: pd.DataFrame) -> tuple[str, str]:
    """Ids of the scopes from and to which a bridge leads, without their versions."""
    ends = [bridge.loc[bridge["kind"] == kind, "cause"] for kind in ("opening", "closing")]
    if any(end.empty for end in ends):
        raise ValueError("a bridge needs an opening and a closing row: pass the frame whole")
    opening, closing = (str(end.iloc[0]).partition("@")[0] for end in ends)
    return opening, closing


def cause_name(language: str, cause: str) -> str:
    """Print the cause of a change: a carrier, another cause, or the scope at either end."""
    for group in ("cause", "carrier", "tier", "treatment"):
        if (words := name(language, group, cause)) != cause:
            return words
    return scope_name(language, cause)


def exceptions_table(exceptions: pd.DataFrame, *, language: str, source: str = "") -> Table:
    """Lines that no rule, price or driver decided, with their money: table ``exceptions``."""
    single = not exceptions.duplicated(["kind", "key"]).any()
    layout = Layout(
        id="exceptions",
        topic="value",
        schema=schemas.EXCEPTIONS,
        key=joined("kind", "key") if single else joined("kind", "key", "detail", "currency"),
        words={"kind": named("exception"), "detail": exception_detail},
    )
    return table_of(exceptions, layout, language=language, source=source)


def rule_use_table(rule_use: pd.DataFrame, *, language: str, source: str = "") -> Table:
    """What each rule decided, with its reason: table ``rule_use``."""
    single = not rule_use["rule_id"].duplicated().any()
    layout = Layout(
        id="rule_use",
        topic="value",
        schema=schemas.RULE_USE,
        key=joined("rule_id") if single else joined("rule_id", "currency"),
        total=("lines", "amount_minor"),
        words={**_WORDS, "candidates": _candidates},
    )
    return table_of(rule_use, layout, language=language, source=source)


def per_connection_table(per_connection: pd.DataFrame, *, language: str, source: str = "") -> Table:
    """Revenue per connection and year for each published period, table ``per_connection``."""
    layout = Layout(
        id="per_connection",
        topic="value",
        schema=schemas.PER_CONNECTION,
        key=joined("period"),
        words={"period_kind": named("period_kind")},
    )
    return table_of(per_connection, layout, language=language, source=source)

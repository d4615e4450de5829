"""What the choice of a policy for subsidies changes."""

import pandas as pd

from valuekit.frames.schemas import SUBSIDY_POLICIES
from valuekit.report.blocks import Table
from valuekit.report.languages import text
from valuekit.report.tables import Layout, Row, named, table_of
from valuekit.report.words import name, scope_name


def subsidy_policies_table(subsidy_policies: pd.DataFrame, *, language: str, source: str = "") -> Table:
    """What each scope counts under each policy: table ``subsidy_policies``.

    Without rows if all policies count the same. Row keys ``policy/scope``, the scope without its version,
    followed by the currency where there are several.
    """
    several = len(set(subsidy_policies["currency"])) > 1

    def key(row: Row) -> str:
        short = f"{row['policy']}/{str(row['scope']).partition('@')[0]}"
        return f"{short}/{row['currency']}" if several else short

    layout = Layout(
        id="subsidy_policies", topic="value", schema=SUBSIDY_POLICIES, key=key,
        words={"policy": named("subsidies"), "scope": scope_name},
    )  # fmt: skip
    differing = (subsidy_policies["difference_minor"] != 0).any()
    shown = subsidy_policies if differing else subsidy_policies.iloc[:0]
    return table_of(
        shown, layout, language=language, source=source, values={"finding": _finding(shown, language)}
    )


def _finding(shown: pd.DataFrame, language: str) -> str:
    if shown.empty:
        return text(language, "value.subsidies.same")
    chosen = str(shown.loc[shown["chosen"], "policy"].iloc[0])
    return text(language, "value.subsidies.chosen", policy=name(language, "subsidies", chosen))

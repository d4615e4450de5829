"""What the choice of a policy for subsidies changes, scope by scope."""

from collections.abc import Sequence

import pandas as pd
import polars as pl

from valuekit.attribution.policies import Subsidies
from valuekit.attribution.views import to_pandas, totals
from valuekit.domain.scope import Scope
from valuekit.frames.schemas import SUBSIDY_POLICIES


def subsidy_policies(
    cube: pl.DataFrame, alternatives: pl.DataFrame, chosen: Subsidies, scopes: Sequence[Scope]
) -> pd.DataFrame:
    """Schema SUBSIDY_POLICIES: what each scope counts under every policy, and the difference that makes.

    Parameters
    ----------
    cube : polars.DataFrame
        Of the attribution, under the chosen policy.
    alternatives : polars.DataFrame
        Rows of a cube with a column ``case`` (a policy): what the lines that a policy touches would be
        under it. All cases are of the same lines, the chosen policy among them, so that what they leave out
        is the same under every policy.
    chosen : Subsidies
        The policy of the rule book.
    scopes : sequence of Scope
        In the order of the table.
    """
    rows = [
        (str(policy), policy is chosen, currency, str(scope), counted + difference, difference)
        for scope in scopes
        for policy in Subsidies
        for currency, counted in totals(cube, scope).items()
        for difference in (_difference(alternatives, policy, chosen, scope).get(currency, 0),)
    ]
    schema = {
        "policy": pl.String, "chosen": pl.Boolean, "currency": pl.String, "scope": pl.String,
        "amount_minor": pl.Int64, "difference_minor": pl.Int64,
    }  # fmt: skip
    return to_pandas(pl.DataFrame(rows, schema=schema, orient="row").select(SUBSIDY_POLICIES.names))


def _difference(
    alternatives: pl.DataFrame, policy: Subsidies, chosen: Subsidies, scope: Scope
) -> dict[str, int]:
    """What a scope counts more of the touched lines under a policy than under the chosen one."""
    under, now = (
        totals(alternatives.filter(pl.col("case").cast(pl.String) == str(case)), scope)
        for case in (policy, chosen)
    )
    return {currency: under.get(currency, 0) - now.get(currency, 0) for currency in {*under, *now}}

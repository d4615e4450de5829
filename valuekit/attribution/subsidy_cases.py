"""What the lines that subsidies touch would be under each policy for them."""

from dataclasses import replace

import polars as pl

from valuekit.attribution.kernel import Bucket, attribute_bucket
from valuekit.attribution.keys import KeyTable, with_subsidies
from valuekit.attribution.policies import Overlap, Subsidies


def subsidy_cases(
    lines: pl.DataFrame, table: KeyTable, claims: pl.DataFrame | None = None
) -> dict[str, pl.DataFrame]:
    """Attribute what subsidies touch once for each policy; only sums are kept.

    A policy changes the lines of subsidies and, by way of pools, the other lines of their contracts: these
    are attributed again, the same lines under every policy, the chosen one among them.

    Parameters
    ----------
    lines : polars.DataFrame
        Of a bucket, as `valuekit.attribution.kernel.attribute_bucket` takes them.
    claims : polars.DataFrame, optional
        Schema CLAIMS, of any lines.

    Returns
    -------
    dict
        ``subsidy_cases``: a cube with a column ``case`` (a policy). Empty where no rule is for a subsidy.
    """
    if not table.frame["subsidy"].any():
        return {}
    touched = _touched(lines, table)
    cases = {policy: _attributed(touched, _under(policy, table), claims).cube for policy in Subsidies}
    marked = [cube.with_columns(case=pl.lit(str(policy))) for policy, cube in cases.items()]
    return {"subsidy_cases": pl.concat(marked)}


def _touched(lines: pl.DataFrame, table: KeyTable) -> pl.DataFrame:
    """Lines of subsidies, and all lines of the contracts that have some."""
    subsidy = pl.lit(table.frame["subsidy"]).gather(pl.col("key_no"))
    contracts = lines.filter(subsidy)["contract_id"].drop_nulls().unique()
    return lines.filter(subsidy | pl.col("contract_id").is_in(contracts.implode()).fill_null(value=False))


def _under(policy: Subsidies, table: KeyTable) -> KeyTable:
    """The same keys under another policy; a policy that was not chosen refuses nothing."""
    overlap = table.policies.overlap
    policies = replace(
        table.policies,
        subsidies=policy,
        overlap=Overlap.REPORT if overlap is Overlap.ERROR else overlap,
    )
    return replace(table, frame=with_subsidies(table.frame, policy), policies=policies)


def _attributed(lines: pl.DataFrame, table: KeyTable, claims: pl.DataFrame | None) -> Bucket:
    """The lines under a policy; claims matter only where they take something out of ours."""
    found = attribute_bucket(lines, table)
    if claims is None or table.policies.overlap is not Overlap.ELIMINATE:
        return found
    return attribute_bucket(lines, table, claims=_fitting(claims, found))


def _fitting(claims: pl.DataFrame, found: Bucket) -> pl.DataFrame:
    """Claims of the sign that their line has under this policy: the others were made under the chosen one."""
    final = found.journal.group_by("line_id").agg(final=pl.col("amount_minor").sum())
    met = claims.join(final, on="line_id")
    return met.filter(pl.col("amount_minor").sign() * pl.col("final").sign() >= 0).select(claims.columns)

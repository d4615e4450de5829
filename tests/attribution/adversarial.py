"""Ledgers that are made to break rounding: ties, zero weights, negatives, totals of 3e16, weights of 1e15.

What each line must be allocated is said in plain Python, pool by pool, with `apportion`.
"""

from itertools import groupby, pairwise

import numpy as np
import polars as pl

from tests.attribution.ledgers import book, rule
from valuekit.attribution.reference import SHARES
from valuekit.domain.apportion import apportion
from valuekit.frames.read import read_drivers, read_prices

MONTHS = [f"2025-{month:02d}" for month in range(1, 7)]
CURRENCIES = ["CNY", "EUR", "GBP", "HKD", "JPY", "SGD", "THB", "USD"]
HEAVY = 10**15
VAST = 3 * 10**16
POOL = ["contract_id", "period", "currency", "doc_type"]
METERS = {month: (ours, others) for month, (ours, others) in zip(
    MONTHS, [(1, 1), (1, 2), (2, 1), (999_999_999, 1), (0, 5), (7, 0)], strict=True
)}  # fmt: skip
RULES = book(
    rule("bundle", {"product_code": ["UNIT", "FREE", "UNPRICED"]}, "card", pool=True),
    rule("cloud", {"product_code": "CLOUD"}, "compute", driver_pool="cloud"),
)


def prices():
    """One minor unit for a UNIT, so that its quantity is its weight, and nothing for what is FREE."""
    rows = [(code, currency, ssp) for code, ssp in (("UNIT", 1), ("FREE", 0)) for currency in CURRENCIES]
    frame = pl.DataFrame(rows, schema=["product_code", "currency", "ssp_minor"], orient="row")
    return read_prices(
        frame.with_columns(
            valid_from=pl.lit("2020-01"), method=pl.lit("observable"), tax_included=pl.lit(value=False)
        )
    )


def drivers():
    rows = [
        (month, "cloud", claimant, "hours", quantity)
        for month, quantities in METERS.items()
        for claimant, quantity in zip(("iot", "others"), quantities, strict=True)
    ]
    return read_drivers(
        pl.DataFrame(rows, schema=["period", "pool_id", "claimant", "driver", "quantity"], orient="row")
    )


def ledger(lines, seed=7):
    """About so many lines of bundles, and a sixteenth as many of a shared service, in no order."""
    draw = np.random.default_rng(seed)
    both = pl.concat([_bundles(draw, lines), _shared(draw, lines // 16)])
    ids = draw.permutation(both.height)
    return both.with_columns(line_id=pl.format("L{}", pl.Series(ids))).sample(
        fraction=1, shuffle=True, seed=seed
    )


def _bundles(draw, lines):
    sizes = draw.integers(1, 41, lines // 20 + 1)
    pool = np.repeat(np.arange(len(sizes)), sizes)
    within = np.arange(len(pool)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    weight, code = _weights(draw, pool, within, len(sizes))
    credit = pool % 2 == 1
    amount = _amounts(draw, pool, within, len(sizes))
    return pl.DataFrame(
        {
            "contract_id": pl.select(pl.format("C{}", pl.Series(pool // 4))).to_series(),
            "period": pl.Series(MONTHS).gather(pool // 2 % 6),
            "product_code": pl.Series(["UNIT", "FREE", "UNPRICED"]).gather(code),
            "amount_minor": np.where(credit, -amount, amount),
            "currency": pl.Series(CURRENCIES).gather(pool // 4 % 8),
            "quantity": weight,
            "doc_type": pl.Series(["INV", "CRN"]).gather(credit.astype(int)),
        }
    )


def _weights(draw, pool, within, pools):
    """Weights by the kind of a pool, and the products that make them so."""
    some = draw.integers(1, HEAVY, len(pool))
    tied = draw.integers(1, HEAVY, pools)[pool]
    kinds = [
        tied,  # all tie
        draw.integers(1, 4, len(pool)),
        some,
        np.where(draw.random(len(pool)) < 0.5, 0, some),
        np.where(within == 0, HEAVY, 1),
        np.zeros(len(pool), dtype=np.int64),  # nothing to be proportional to
        np.where(within % 2 == 0, tied, 1 + tied // 2),  # two groups of ties
        np.where(within == 1, some, 0),  # one takes all
        tied,  # one of them has no price
    ]
    kind = draw.integers(0, len(kinds), pools)[pool]
    weight = np.choose(kind, kinds)
    unpriced = (kind == 8) & (within == 0)
    return np.maximum(weight, 1), np.where(unpriced, 2, np.where(weight == 0, 1, 0))


def _amounts(draw, pool, within, pools):
    """Stated amounts: next to nothing, usual, large, vast; some negative inside an invoice."""
    usual = draw.integers(0, 1_000_000, len(pool))
    kinds = [draw.integers(0, 2, len(pool)), usual, draw.integers(-500, 1_000, len(pool)), usual * 10**5]
    amount = np.choose(draw.integers(0, len(kinds), pools)[pool], kinds)
    vast = (pool < 400) & (within == 0)
    return np.where(vast, VAST - usual, amount)


def _shared(draw, lines):
    amount = draw.integers(-(10**6), 10**6, lines)
    return pl.DataFrame(
        {
            "contract_id": pl.Series([None], dtype=pl.String).new_from_index(0, lines),
            "period": pl.Series(MONTHS).gather(draw.integers(0, 6, lines)),
            "product_code": pl.Series(["CLOUD"]).new_from_index(0, lines),
            "amount_minor": np.where(draw.random(lines) < 0.001, amount * 10**8, amount),
            "currency": pl.Series(CURRENCIES).gather(draw.integers(0, 8, lines)),
            "quantity": pl.repeat(1, lines, dtype=pl.Int64, eager=True),
            "doc_type": pl.Series(["INV"]).new_from_index(0, lines),
        }
    )


def allocated(lines):
    """What is ours of each line, by plain Python: line_id, ours."""
    ids, ours = [], []
    bundled = lines.filter(pl.col("product_code") != "CLOUD").sort(*POOL, "line_id")
    rows = bundled.select(*POOL, "line_id", "product_code", "quantity", "amount_minor").iter_rows()
    for _, grouped in groupby(rows, key=lambda row: row[:4]):
        pool = list(grouped)
        ids += [row[4] for row in pool]
        ours += _of_pool(pool)
    for line_id, period, amount in (
        lines.filter(pl.col("product_code") == "CLOUD")
        .select("line_id", "period", "amount_minor")
        .iter_rows()
    ):
        share = apportion(SHARES, METERS[period])[0]
        ids.append(line_id)
        ours.append(apportion(amount, [share, SHARES - share])[0])
    return pl.DataFrame({"line_id": ids, "ours": ours})


def _of_pool(pool):
    stated = [row[7] for row in pool]
    weights = [row[6] if row[5] == "UNIT" else 0 for row in pool]
    if len(pool) == 1 or not sum(weights) or any(row[5] == "UNPRICED" for row in pool):
        return stated
    return apportion(sum(stated), weights)


def ours_in(journal):
    """What the journal says is ours of each line: line_id, ours."""
    ours = pl.col("carrier").cast(pl.String) != "out_of_scope"
    whole = pl.col("evidence").cast(pl.String) != "unattributed"
    return journal.filter(ours & whole).group_by("line_id").agg(ours=pl.col("amount_minor").sum()).collect()


def wrong_lines(lines, journal):
    """How many lines the journal allocates otherwise than plain Python."""
    joined = allocated(lines).join(ours_in(journal), on="line_id", how="full", coalesce=True, suffix="_said")
    return joined.filter(pl.col("ours").ne_missing(pl.col("ours_said"))).height


def write(lines, folder, files):
    """Write the lines as so many files of whatever rows."""
    folder.mkdir(parents=True)
    edges = np.linspace(0, lines.height, files + 1).astype(int).tolist()
    for number, (first, end) in enumerate(pairwise(edges)):
        lines.slice(first, end - first).write_parquet(folder / f"{number:03d}.parquet", row_group_size=50_000)
    return folder

"""A generated ledger of any size, with the prices and drivers that belong to it.

Of the lines, 35 % belong to contracts with bundles, 3 % are credit notes, 2 % late adjustments, 5 %
have a stated price of zero, 3 % a product that no rule knows, and 0.2 % a quantity that takes products
beyond 64 bits. One product in twenty has a standalone selling price of zero. One file per month.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from valuekit.domain.carrier import Carrier, EvidenceTier
from valuekit.domain.period import Month

SEED: Final = 20260101
FIRST: Final = Month.parse("2024-01")
ROW_GROUP: Final = 250_000
LINES_PER_CONTRACT: Final = 3
LATEST: Final = 6
PROVINCES: Final = np.array([f"P{i:02d}" for i in range(31)])
SEGMENTS: Final = ("CONSUMER", "IOT", "ENTERPRISE")
CURRENCIES: Final = ("CNY", "HKD", "USD")
BUNDLED: Final = {
    "SIM": Carrier.CARD, "TERM": Carrier.TERMINAL, "PLAT": Carrier.PLATFORM, "APP": Carrier.APPLICATION,
}  # fmt: skip
ALONE: Final = {
    "CARD": Carrier.CARD, "DEVICE": Carrier.TERMINAL, "PORTAL": Carrier.PLATFORM,
    "SERVICE": Carrier.APPLICATION, "CLOUD": Carrier.COMPUTE, "STORE": Carrier.STORAGE,
    "VOICE": Carrier.OUT_OF_SCOPE,
}  # fmt: skip
KINDS: Final = BUNDLED | ALONE
SHARED: Final = {"CLOUD": "cloud", "STORE": "store"}
OF_A_KIND: Final = 29
CODES: Final = tuple(f"{kind}{i:02d}" for kind in KINDS for i in range(OF_A_KIND))


def generate(lines: int, months: int, folder: Path) -> None:
    """Write the ledger, its prices and drivers, and what its products truly are."""
    draw = np.random.default_rng(SEED)
    _prices(draw).write_parquet(folder / "prices.parquet")
    _drivers(draw, months).write_parquet(folder / "drivers.parquet")
    products().write_parquet(folder / "products.parquet")
    (folder / "ledger").mkdir(parents=True, exist_ok=True)
    for month in range(months):
        count = lines // months + (month < lines % months)
        path = folder / "ledger" / f"{FIRST + month}.parquet"
        _write(path, _chunks(draw, month, count))


def _write(path: Path, chunks: Iterator[pl.DataFrame]) -> None:
    writer = None
    for chunk in chunks:
        table = chunk.to_arrow(compat_level=pl.CompatLevel.oldest())
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table, row_group_size=ROW_GROUP)
    if writer is not None:
        writer.close()


def _chunks(draw: np.random.Generator, month: int, lines: int) -> Iterator[pl.DataFrame]:
    contracts = max(lines // LINES_PER_CONTRACT, 1)
    for first in range(0, lines, ROW_GROUP):
        yield _chunk(draw, month, first, contracts, min(ROW_GROUP, lines - first))


def _chunk(draw: np.random.Generator, month: int, first: int, contracts: int, lines: int) -> pl.DataFrame:
    contract = draw.integers(0, contracts, lines)
    bundled = contract % 100 < 35
    kind = np.where(
        bundled, draw.integers(0, len(BUNDLED), lines), draw.integers(len(BUNDLED), len(KINDS), lines)
    )
    known = kind * OF_A_KIND + draw.integers(0, OF_A_KIND, lines)
    code = np.where(draw.random(lines) < 0.03, len(CODES), known)
    credit = draw.random(lines) < 0.03
    back = np.where(draw.random(lines) < 0.02, draw.integers(1, LATEST + 1, lines), 0)
    amount = np.where(draw.random(lines) < 0.05, 0, draw.integers(1, 100_000, lines))
    quantity = np.where(draw.random(lines) < 0.002, 10**11, draw.integers(1, 100, lines))
    months = [str(FIRST + (month - i)) for i in range(LATEST + 1)]
    return pl.select(
        line_id=pl.format(f"{month:02d}{{}}", _digits(pl.int_range(first, first + lines), 10)),
        contract_id=pl.format("C{}", _digits(pl.lit(pl.Series(contract)), 9)),
        period=pl.repeat(months[0], lines),
        service_period=_words(months, back),
        product_code=_words([*CODES, "ZZ01"], code),
        amount_minor=pl.Series(np.where(credit, -amount, amount)),
        currency=_words(CURRENCIES, (contract % 50 < 2) * (1 + contract % 2)),
        quantity=pl.Series(quantity),
        segment=_words(SEGMENTS, contract % 7 % 3),
        province=_words(PROVINCES, contract % 31),
        customer_id=pl.format("U{}", _digits(pl.lit(pl.Series(contract // 2)), 9)),
        doc_type=_words(("INV", "CRN"), credit.astype(np.int64)),
    )


def _digits(number: pl.Expr, width: int) -> pl.Expr:
    return (number + 10**width).cast(pl.String).str.slice(1)


def _words(words: tuple[str, ...] | list[str] | np.ndarray, chosen: np.ndarray) -> pl.Series:
    return pl.Series(list(words), dtype=pl.String).gather(pl.Series(chosen))


def _prices(draw: np.random.Generator) -> pl.DataFrame:
    codes = pl.DataFrame({"product_code": CODES, "ssp_minor": draw.integers(0, 20, len(CODES)) * 500})
    return codes.join(pl.DataFrame({"currency": CURRENCIES}), how="cross").with_columns(
        valid_from=pl.lit("2020-01"),
        method=pl.lit("observable"),
        tax_included=pl.lit(False),  # noqa: FBT003 -- a literal
    )


def _drivers(draw: np.random.Generator, months: int) -> pl.DataFrame:
    rows = [
        (str(FIRST + month), pool, claimant, "hours", int(draw.integers(1, 10**9)))
        for month in range(-LATEST, months)
        for pool in SHARED.values()
        for claimant in ("iot", "5g_private", "ai")
    ]
    return pl.DataFrame(rows, schema=["period", "pool_id", "claimant", "driver", "quantity"], orient="row")


def products() -> pl.DataFrame:
    """What each product of a segment is: the truth that the rules say in another way."""
    rows = [
        (
            code,
            segment,
            str(carrier_of(kind, segment)),
            str(evidence_of(kind)),
            kind in BUNDLED,
            SHARED.get(kind),
        )
        for kind in KINDS
        for code in (f"{kind}{i:02d}" for i in range(OF_A_KIND))
        for segment in SEGMENTS
    ]
    names = ["product_code", "segment", "carrier", "evidence", "bundle", "pool"]
    return pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None)


def carrier_of(kind: str, segment: str) -> Carrier:
    """What the products of a kind are; consumers' applications are nobody's."""
    consumers = kind == "SERVICE" and segment == "CONSUMER"
    return Carrier.OUT_OF_SCOPE if consumers else KINDS[kind]


def evidence_of(kind: str) -> EvidenceTier:
    """How it is known."""
    return EvidenceTier.ALLOCATED if kind in SHARED else EvidenceTier.DIRECT

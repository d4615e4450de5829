"""Attribution of a generated ledger: the engine, a straightforward pandas version, and the scan beside them.

    python benchmarks/attribution.py --lines 1000000 [--keep FOLDER]

Each runs in a process of its own; CPU seconds, wall seconds and peak memory are those of the process,
imports included. The pandas version allocates to the cube only; both cubes must be equal.
"""

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

from valuekit.attribution.rules import Outcome, Rule, Rules
from valuekit.domain.carrier import Carrier, EvidenceTier, Treatment

SEED = 20260101
PERIODS = [f"2025-{month:02d}" for month in range(1, 13)]
PROVINCES = [f"P{i:02d}" for i in range(31)]
KINDS = ("SIM", "TERM", "PLAT", "APP", "CLOUD", "STORE", "VOICE")
CODES = [f"{kind}{i:02d}" for kind in KINDS for i in range(45)]
NEEDED = [
    "line_id", "contract_id", "period", "service_period", "product_code", "amount_minor", "currency",
    "quantity", "doc_type",
]  # fmt: skip


def generate(lines: int, folder: Path) -> None:
    """Write a ledger, one Parquet file per period, and its prices and drivers."""
    draw = np.random.default_rng(SEED)
    per_period = lines // len(PERIODS)
    for number, period in enumerate(PERIODS):
        frame = _month(draw, number, period, per_period)
        (folder / "ledger").mkdir(parents=True, exist_ok=True)
        frame.write_parquet(folder / "ledger" / f"{period}.parquet", compression="zstd")
    ssp = draw.integers(0, 20, len(CODES)) * 500
    pl.DataFrame(
        {
            "product_code": CODES, "valid_from": "2024-01", "method": "observable", "ssp_minor": ssp,
            "currency": "CNY", "tax_included": False,
        }
    ).write_parquet(folder / "prices.parquet")  # fmt: skip
    rows = [
        (period, pool, claimant, "hours", int(draw.integers(1, 10**9)))
        for period in ["2024-11", "2024-12", *PERIODS]
        for pool in ("cloud", "store")
        for claimant in ("iot", "5g_private", "ai")
    ]
    schema = ["period", "pool_id", "claimant", "driver", "quantity"]
    pl.DataFrame(rows, schema=schema, orient="row").write_parquet(folder / "drivers.parquet")


def _month(draw: np.random.Generator, number: int, period: str, lines: int) -> pl.DataFrame:
    contract = draw.integers(0, max(lines // 3, 1), lines)
    bundled = contract % 100 < 35
    kind = np.where(bundled, draw.integers(0, 4, lines), draw.integers(0, len(KINDS), lines))
    code = kind * 45 + draw.integers(0, 45, lines)
    credit = draw.random(lines) < 0.03
    late = draw.random(lines) < 0.02
    amount = np.where(draw.random(lines) < 0.05, 0, draw.integers(1, 100_000, lines))
    quantity = np.where(draw.random(lines) < 0.002, 10**9, draw.integers(1, 100, lines))
    unmatched = draw.random(lines) < 0.03
    before = f"2025-{max(number, 1):02d}" if number else "2024-12"
    return pl.DataFrame(
        {
            "line_id": pl.Series([f"{number:02d}{i:010d}" for i in range(lines)]),
            "contract_id": pl.Series([f"C{c:09d}" for c in contract]),
            "period": pl.Series([period]).new_from_index(0, lines),
            "service_period": pl.Series(np.where(late, before, period)),
            "product_code": pl.Series(np.where(unmatched, "ZZ", np.array(CODES)[code])),
            "amount_minor": pl.Series(np.where(credit, -amount, amount)),
            "currency": pl.Series(["CNY"]).new_from_index(0, lines),
            "quantity": pl.Series(quantity),
            "province": pl.Series(np.array(PROVINCES)[draw.integers(0, 31, lines)]),
            "doc_type": pl.Series(np.where(credit, "CRN", "INV")),
        }
    )


def rules() -> Rules:
    """Sixty rules: one per kind, and narrower ones that agree with it."""
    found = []
    carriers = dict(zip(KINDS, Carrier, strict=False)) | {"VOICE": Carrier.OUT_OF_SCOPE}
    for kind, carrier in carriers.items():
        pool = {"CLOUD": "cloud", "STORE": "store"}.get(kind, "")
        carried = {"CLOUD": Carrier.COMPUTE, "STORE": Carrier.STORAGE}.get(kind, carrier)
        outcome = Outcome(
            carried, (), Treatment.GROSS, EvidenceTier.ALLOCATED if pool else EvidenceTier.DIRECT,
            pool=kind in KINDS[:4], driver_pool=pool, claimant="iot" if pool else "",
        )  # fmt: skip
        for i in range(9 if kind != "VOICE" else 6):
            pattern = f"{kind}*" if i == 0 else f"{kind}{i:02d}"
            found.append(
                Rule(f"{kind}-{i}", i, None, None, (("product_code", (pattern,)),), outcome, "generated")
            )
    return Rules("benchmark", "1", tuple(found))


def scan(folder: Path) -> str:
    """Read the needed columns and add up the amounts: the unit in which the others are told."""
    lines = pl.scan_parquet(str(folder / "ledger" / "*.parquet")).select(NEEDED)
    return str(lines.select(pl.all().len(), total=pl.col("amount_minor").sum()).collect()["total"][0])


def engine(folder: Path) -> str:
    """Parquet to the written journal and the cube."""
    from valuekit.attribution.engine import attribute  # noqa: PLC0415 -- each run imports what it measures
    from valuekit.frames.read import read_drivers, read_ledger, read_prices  # noqa: PLC0415

    value = attribute(
        read_ledger(folder / "ledger"),
        rules(),
        prices=read_prices(folder / "prices.parquet"),
        drivers=read_drivers(folder / "drivers.parquet"),
        out=folder / "out",
    )
    table = value.statement(None, by="period")
    return _digest(table["period"], table["carrier"], table["evidence"], table["amount_minor"])


def pandas(folder: Path) -> str:
    """What one would write first: merge, groupby, transform; Python integers where 64 bits would wrap."""
    import pandas as pd  # noqa: PLC0415

    lines = pd.read_parquet(folder / "ledger", columns=NEEDED)
    prices = pd.read_parquet(folder / "prices.parquet").set_index("product_code")["ssp_minor"]
    book = rules()
    wide = [rule for rule in book.rules if rule.priority == 0]
    kinds = {rule.match[0][1][0][:-1]: rule.outcome for rule in wide}
    kind = lines["product_code"].str.replace(r"\d+$", "", regex=True)
    lines["carrier"] = kind.map({k: str(o.carrier) for k, o in kinds.items()})
    lines["evidence"] = kind.map({k: str(o.evidence) for k, o in kinds.items()}).fillna("unattributed")
    bundle = kind.isin([k for k, o in kinds.items() if o.pool])
    lines["final"] = lines["amount_minor"]
    pooled = lines[bundle].copy()
    pooled["credit"] = pooled["doc_type"] == "CRN"
    pooled["weight"] = pooled["product_code"].map(prices) * pooled["quantity"]
    keys = ["contract_id", "period", "service_period", "credit"]
    groups = pooled.groupby(keys, sort=False)
    pooled["total"] = groups["amount_minor"].transform("sum")
    pooled["weights"] = groups["weight"].transform("sum")
    pooled["size"] = groups["amount_minor"].transform("size")
    pooled = pooled[(pooled["size"] > 1) & (pooled["weights"] > 0)].copy()
    large = pooled["total"].abs().astype(float) * pooled["weight"] > 2.0**62
    for rows, integers in ((pooled.index[~large], "int64"), (pooled.index[large], object)):
        part = pooled.loc[rows]
        product = part["total"].abs().astype(integers) * part["weight"].astype(integers)
        pooled.loc[rows, "part"] = (product // part["weights"]).astype("int64")
        pooled.loc[rows, "rest"] = (product % part["weights"]).astype("int64")
    pooled = pooled.astype({"part": "int64", "rest": "int64"})
    ordered = pooled.sort_values([*keys, "rest", "line_id"], ascending=[True] * 4 + [False, True])
    groups = ordered.groupby(keys, sort=False)
    left = ordered["total"].abs() - groups["part"].transform("sum")
    ordered["part"] += (groups.cumcount() < left).astype("int64")
    lines.loc[ordered.index, "final"] = ordered["part"].where(ordered["total"] >= 0, -ordered["part"])
    return _digest_of(lines, kind, folder)


def _digest_of(lines, kind, folder: Path) -> str:  # noqa: ANN001 -- pandas is imported where it is measured
    import pandas as pd  # noqa: PLC0415

    drivers = pd.read_parquet(folder / "drivers.parquet")
    shares = {}
    from valuekit.domain.apportion import apportion  # noqa: PLC0415

    for (period, pool), rows in drivers.sort_values("claimant").groupby(["period", "pool_id"]):
        parts = apportion(10**9, rows["quantity"].tolist())
        shares[period, pool] = dict(zip(rows["claimant"], parts, strict=True))["iot"]
    pool = kind.map({"CLOUD": "cloud", "STORE": "store"})
    shared = lines[pool.notna()].copy()
    share = pd.Series(
        [shares[k] for k in zip(shared["service_period"], pool[shared.index], strict=True)], shared.index
    )
    product = shared["final"].abs() * share
    ours = (product // 10**9 + (product % 10**9 * 2 >= 10**9)) * shared["final"].map(
        lambda a: -1 if a < 0 else 1
    )
    others = shared.assign(carrier="out_of_scope", evidence="allocated", final=shared["final"] - ours)
    emptied = shared.assign(evidence="unattributed", final=0)
    every = pd.concat([lines[pool.isna()], shared.assign(final=ours), others, emptied])
    cube = every.groupby(["period", "carrier", "evidence"], dropna=False)["final"].sum().reset_index()
    return _digest(cube["period"], cube["carrier"], cube["evidence"], cube["final"])


def _digest(period, carrier, evidence, amount) -> str:  # noqa: ANN001 -- columns of either library
    cells = zip(period, carrier.fillna("-"), evidence, amount, strict=True)
    summed: dict[tuple[str, str, str], int] = {}
    for month, word, tier, minor in cells:
        key = (str(month), str(word), str(tier))
        summed[key] = summed.get(key, 0) + int(minor)
    return hashlib.sha256(repr(sorted(summed.items())).encode()).hexdigest()[:12]


RUNS = {"scan": scan, "engine": engine, "pandas": pandas}


def measure(name: str, folder: Path) -> tuple[float, float, float, str]:
    """CPU seconds, wall seconds, peak memory in GiB, and what the run printed."""
    began = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, __file__, "--run", name, "--keep", str(folder)], stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    said = child.stdout.read().decode().strip()
    _, status, usage = os.wait4(child.pid, 0)
    assert status == 0, f"{name} failed"
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - began, usage.ru_maxrss / 2**20, said


def main() -> None:
    """Generate, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="folder for the generated ledger")
    parser.add_argument("--run", choices=RUNS)
    given = parser.parse_args()
    if given.run:
        print(RUNS[given.run](given.keep))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary)
        generate(given.lines, folder)
        found = {name: measure(name, folder) for name in RUNS}
    unit = found["scan"][0]
    print(f"{given.lines:,} lines\n{'':8}{'CPU s':>8}{'x scan':>8}{'wall s':>8}{'GiB':>7}  cube")
    for name, (cpu, wall, memory, said) in found.items():
        print(f"{name:8}{cpu:8.1f}{cpu / unit:8.1f}{wall:8.1f}{memory:7.2f}  {said}")
    assert found["engine"][3] == found["pandas"][3], "the cubes differ"


if __name__ == "__main__":
    main()

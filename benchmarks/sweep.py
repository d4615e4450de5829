"""93 small runs (31 provinces x 3 scenarios): `valuekit sweep` beside the papermill command line in a loop.

    python benchmarks/sweep.py [--papermill 93] [--workers N] [--audited]

A small notebook is written into a temporary project: a frame of two years, a title, two headline figures, a
chart and a table. papermill executes it 93 times, one after another, and leaves notebooks; the sweep checks
all 93, leaves 93 published runs (page, PDF, workbook, tables, charts, record each) and a summary page.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import measured

BIN = Path(sys.executable).parent
PROVINCES = [
    *("beijing", "tianjin", "hebei", "shanxi", "neimenggu", "liaoning", "jilin", "heilongjiang"),
    *("shanghai", "jiangsu", "zhejiang", "anhui", "fujian", "jiangxi", "shandong", "henan", "hubei", "hunan"),
    *("guangdong", "guangxi", "hainan", "chongqing", "sichuan", "guizhou", "yunnan", "xizang", "shaanxi"),
    *("gansu", "qinghai", "ningxia", "xinjiang"),
]
SCENARIOS = ("low", "base", "high")
PARAMETERS = 'language = "en"\nseed = 0\ninputs = {}\nprovince = "beijing"\nscenario = "base"'
START = """import valuekit as vk
run = vk.start_run(
    "small", language=language, seed=seed, inputs=inputs, province=province, scenario=scenario
)"""
COMPUTE = """import hashlib
import altair as alt
import numpy as np
import pandas as pd
from valuekit.domain.figure import Figure
from valuekit.report.blocks import Chart, Headline, Method, Table, TableColumn, Title
start = int(hashlib.sha256(province.encode()).hexdigest()[:6], 16) % 9_000 + 1_000
growth = {"low": 1.002, "base": 1.006, "high": 1.012}[scenario]
months = pd.period_range("2026-01", "2027-12", freq="M").astype(str)
noise = np.random.default_rng(seed).normal(1, 0.01, len(months))
path = pd.Series(start * 1e4 * growth ** np.arange(len(months)) * noise, index=months).round(0)
minor = [int(amount) * 100 for amount in path]
total = sum(minor)
where = {"table": "path", "column": "amount_minor"}
Title(f"{province}, {scenario}", f"CNY {total / 1e8:.0f} million to 2027-12.", "2027-12", "", "value")"""
HEADLINE = """Headline((
    Figure("revenue", f"{total // 100}.00", "CNY", row="total", **where),
    Figure("last", f"{minor[-1] // 100}.00", "CNY", row="2027-12", **where),
), {"revenue": "Revenue", "last": "Revenue in December 2027"})"""
CHART = """records = [{"month": month, "amount": amount / 1e6} for month, amount in path.items()]
line = alt.Chart(alt.InlineData(values=records)).mark_line().encode(x="month:O", y="amount:Q")
Chart("path", "Revenue by month", "CNY million", "invented", "a line", line.to_dict())"""
TABLE = """columns = (
    TableColumn("month", "Month", "text"),
    TableColumn("amount_minor", "Revenue (CNY)", "minor", currency="CNY"),
)
rows = (*zip(months, minor), ("total", total))
Table("path", "Revenue", "by month", "invented", columns, (*months, "total"), rows)"""
METHOD = 'Method(("invented",), ("nothing is real",))'
CELLS = (PARAMETERS, START, COMPUTE, HEADLINE, CHART, TABLE, METHOD)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--papermill", type=int, default=93, help="how many of the 93 papermill executes")
    parser.add_argument("--workers", default="")
    parser.add_argument("--audited", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        _write(project)
        each, each_cpu = _papermill(project, given.papermill)
        more = [*(["--workers", given.workers] if given.workers else []), *(["--audited"] * given.audited)]
        wall, cpu = _sweep(project, more)
    runs = len(PROVINCES) * len(SCENARIOS)
    print("| 93 small runs | wall s | wall s a run | CPU s a run |\n|---|---|---|---|")
    bare = f"papermill, one after another ({given.papermill} run)"
    print(f"| {bare} | {each * runs:.0f} | {each:.2f} | {each_cpu:.2f} |")
    print(f"| valuekit sweep | {wall:.0f} | {wall / runs:.2f} | {cpu / runs:.2f} |")
    print(f"\ntimes faster: {each * runs / wall:.1f}")


def _write(project: Path) -> None:
    cells = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"cell-{number}",
            "metadata": {"tags": ["parameters"] if number == 0 else []},
            "outputs": [],
            "source": source,
        }
        for number, source in enumerate(CELLS)
    ]
    kernel = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    for name in ("notebooks", "params"):
        (project / name).mkdir()
    text = json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})
    (project / "notebooks" / "small.ipynb").write_text(text, encoding="utf-8")
    (project / "params" / "small.yaml").write_text("notebook: small\nseed: 7\n", encoding="utf-8")


def _papermill(project: Path, count: int) -> tuple[float, float]:
    """Wall and CPU seconds a run."""
    pairs = [(province, scenario) for province in PROVINCES for scenario in SCENARIOS][:count]
    lines = [_line(project, province, scenario) for province, scenario in pairs]
    usage = measured([sys.executable, "-c", _LOOP, json.dumps(lines), str(project)], {}, memory=False)
    return usage.wall / count, usage.cpu / count


def _line(project: Path, province: str, scenario: str) -> list[str]:
    made = project / f"{province}-{scenario}.ipynb"
    return [
        *(str(BIN / "papermill"), str(project / "notebooks" / "small.ipynb"), str(made)),
        *("-p", "province", province, "-p", "scenario", scenario, "-k", "python3", "--no-progress-bar"),
    ]


_LOOP = """
import json, subprocess, sys
for line in json.loads(sys.argv[1]):
    subprocess.run(line, cwd=sys.argv[2], check=True, stdout=-3, stderr=-3)
"""


def _sweep(project: Path, more: list[str]) -> tuple[float, float]:
    over = [f"province={','.join(PROVINCES)}", f"scenario={','.join(SCENARIOS)}"]
    command = [
        str(BIN / "valuekit"),
        "sweep",
        "params/small.yaml",
        "--over",
        over[0],
        "--over",
        over[1],
        *more,
    ]
    usage = measured([sys.executable, "-c", _LOOP, json.dumps([command]), str(project)], {}, memory=False)
    published = list(project.glob("outputs/*/*/ro-crate-metadata.json"))
    assert len(published) == len(PROVINCES) * len(SCENARIOS)
    return usage.wall, usage.cpu


if __name__ == "__main__":
    main()

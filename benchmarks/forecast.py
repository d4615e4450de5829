"""Forecasts beside Prophet and statsforecast: the published connections and a panel of countries.

    python benchmarks/forecast.py [--parts connections,panel] [--peers auto_ets,prophet,...] [--every 1] ...

The peers pin other versions, so they run in an environment of their own, which is made in a temporary
folder from ``forecast-peers.lock`` (hashed; about a minute), or by the Python that `--environment` names.
Every forecast is made from the same history and scored by the same functions; the answer is two tables
in Markdown.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import forecast_ours
import forecast_scores
import pandas as pd
from forecast_tasks import Task, connection_tasks, panel_tasks, published_connections

import valuekit as vk

HERE: Final = Path(__file__).parent
CONNECTION_PEERS: Final = ("auto_ets", "auto_theta", "auto_ces", "prophet")
PANEL_PEERS: Final = (*CONNECTION_PEERS, *(f"{name}_log" for name in CONNECTION_PEERS))
PARTS: Final = ("connections", "panel")


def main() -> None:
    """Forecast, score, print."""
    given = _arguments()
    with tempfile.TemporaryDirectory(prefix="valuekit-peers-") as folder:
        python = given.environment or _environment(Path(folder) / "venv")
        if "connections" in given.parts:
            print("\n".join(_connections(given, python, Path(folder))), flush=True)
        if "panel" in given.parts:
            print("\n".join(_panel(given, python, Path(folder))), flush=True)


def _arguments() -> argparse.Namespace:
    words = lambda text: text.split(",")  # noqa: E731 - argparse wants a callable, a name adds nothing
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--parts", type=words, default=list(PARTS))
    parser.add_argument("--peers", type=words, help=f"of {','.join(PANEL_PEERS)}")
    parser.add_argument(
        "--ours", type=words, default=["panel", "rw_drift", "ets_damped"], help="on the panel"
    )
    parser.add_argument("--environment", type=Path, help="Python in which the peers are installed")
    parser.add_argument("--panel", type=Path, help="CSV of country, year, level; default: the packaged one")
    parser.add_argument("--every", type=int, default=1, help="score every n-th task of the panel")
    parser.add_argument("--prophet-every", type=int, default=30, help="the same for Prophet, which is slow")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _environment(folder: Path) -> Path:
    """Make the peers' environment from its lock; every file is checked against its hash."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    lock = ["--require-hashes", "-r", str(HERE / "forecast-peers.lock")]
    subprocess.run([python, "-m", "pip", "install", "--quiet", *lock], check=True)
    return python


def _peers(
    python: Path, names: Sequence[str], tasks: Sequence[Task], folder: Path
) -> dict[str, dict[str, list]]:
    """Quantiles by peer and task, from a process of their own."""
    if not names:
        return {}
    asked, answers = folder / "tasks.json", folder / "answers.json"
    asked.write_text(json.dumps([task.known() for task in tasks]))
    subprocess.run([python, HERE / "forecast_peers.py", asked, answers, ",".join(names)], check=True)
    return json.loads(answers.read_text())


def _connections(given: argparse.Namespace, python: Path, folder: Path) -> list[str]:
    series = published_connections()
    tasks = connection_tasks(series)
    names = [name for name in given.peers or CONNECTION_PEERS if not name.endswith("_log")]
    answers = _peers(python, names, tasks, folder)
    records = [forecast_scores.records(name, tasks, held) for name, held in answers.items()]
    tested = vk.backtest(series, seed=given.seed)
    return forecast_scores.connection_table(pd.concat([tested.records, *records], ignore_index=True))


def _panel(given: argparse.Namespace, python: Path, folder: Path) -> list[str]:
    panel = pd.read_csv(given.panel) if given.panel else vk.load_dataset("panels/cell_phones_total")
    tasks = panel_tasks(panel)[:: given.every]
    names = list(given.peers or PANEL_PEERS)
    slow = [name for name in names if name.startswith("prophet")]
    answers = _peers(python, [name for name in names if name not in slow], tasks, folder)
    answers |= _peers(python, slow, tasks[:: given.prophet_every], folder)
    answers |= {name: forecast_ours.OURS[name](tasks, given.seed) for name in given.ours}
    scored = [forecast_scores.task_scores(name, tasks, held) for name, held in answers.items()]
    return forecast_scores.panel_table(pd.concat(scored, ignore_index=True), given.ours[0])


if __name__ == "__main__":
    sys.exit(main())

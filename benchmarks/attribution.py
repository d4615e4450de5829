"""Attribution of a generated ledger: the engine beside hand-written versions, told in scans of its columns.

    python benchmarks/attribution.py [--sizes 1,10,100] [--repeat 3] [--rules 60,10000] [--workers 1,2] ...

Every run is a process of its own. CPU seconds are user and system time of the process and of all that
it started, imports included; peak memory is as `measure.Usage` says. Polars has one thread in each
process, so that CPU seconds compare cores; `--threads` changes it. The hand-written versions go to the
cube only; the engine validates, writes the journal and checks it (engine_in_memory: all but the writing).
The cubes of all must be equal.
The answer is a table in Markdown, the least and the median of the repetitions.
"""

import argparse
import itertools
import statistics
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from measure import Usage, measured

NAMES: Final = ("scan", "scan_pyarrow", "polars", "pandas", "engine", "engine_in_memory")
MILLION: Final = 1_000_000


def main() -> None:
    """Generate, measure, print."""
    given = _arguments()
    if given.role:
        print(_role(given))
        return
    with tempfile.TemporaryDirectory() as temporary:
        root = given.keep or Path(temporary)
        for size in given.sizes:
            _measure_size(given, size, root / f"{size:g}M")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=_list_of(float), default=[1.0], help="million lines: 1,10,100")
    parser.add_argument("--months", type=int, help="files; default 12, from 100 million lines on 24")
    parser.add_argument("--runs", type=_list_of(str), default=list(NAMES), help=f"of {','.join(NAMES)}")
    parser.add_argument("--rules", type=_list_of(int), default=[60], help="rules of the engine's book")
    parser.add_argument("--workers", type=_list_of(int), default=[], help="workers of the engine")
    parser.add_argument("--engine", type=_list_of(str), default=["local"], help="local, spark")
    parser.add_argument("--master", default="local[2]", help="of Spark")
    parser.add_argument("--threads", type=int, default=1, help="of Polars in each process")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument(
        "--keep", type=Path, help="folder for the generated ledgers, reused if they are there"
    )
    parser.add_argument("--role", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _list_of(kind: type) -> Any:
    return lambda text: [kind(word) for word in text.split(",")]


def _measure_size(given: argparse.Namespace, size: float, folder: Path) -> None:
    lines = round(size * MILLION)
    months = given.months or (24 if size >= 100 else 12)
    if not (folder / "ledger").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        made = _run(given, ["--role", "generate", "--folder", folder, "--sizes", size, "--months", months])
        print(f"generated in {made.wall:.0f} s, {made.peak:.2f} GiB", file=sys.stderr)
    found: dict[str, list[Usage]] = {}
    for _ in range(given.repeat):
        for name, arguments in _runs(given):
            usage = _run(given, ["--role", *arguments, "--folder", folder])
            found.setdefault(name, []).append(usage)
            print(f"{name}: {usage}", file=sys.stderr)
    print("\n".join(_table(f"{lines:,} lines, {months} files", found)), flush=True)
    cubes = {usage.said for name, runs in found.items() if "scan" not in name for usage in runs}
    assert len(cubes) <= 1, f"the cubes differ: {cubes}"


def _runs(given: argparse.Namespace) -> Iterable[tuple[str, list[Any]]]:
    """The runs of one repetition: what they are called, and their arguments."""
    for name in given.runs:
        if name != "engine":
            yield name, [name]
            continue
        for where, rules, workers in itertools.product(given.engine, given.rules, given.workers or [None]):
            arguments = ["engine", "--engine", where, "--rules", rules, "--master", given.master]
            title = f"engine, {where}, {rules:,} rules"
            if workers is not None and where == "local":
                title += f", {workers} worker{'s' * (workers > 1)}"
                arguments += ["--workers", workers]
            yield title, arguments


def _run(given: argparse.Namespace, arguments: list[Any]) -> Usage:
    command = [sys.executable, __file__, *map(str, arguments)]
    return measured(command, {"POLARS_MAX_THREADS": str(given.threads)})


def _role(given: argparse.Namespace) -> str:
    """What a process of its own does; it imports no more than that."""
    if given.role == "generate":
        from ledgers import generate

        generate(round(given.sizes[0] * MILLION), given.months, given.folder)
        return ""
    if given.role == "engine":
        from versions import engine

        with tempfile.TemporaryDirectory(dir=given.folder) as out:
            return engine(given.folder, _options(given) | {"out": Path(out) / "out"})
    if given.role == "engine_in_memory":
        from versions import engine

        return engine(given.folder, _options(given))
    if given.role == "polars":
        from by_polars import by_polars

        return by_polars(given.folder, {})
    if given.role == "pandas":
        from by_pandas import by_pandas

        return by_pandas(given.folder, {})
    import versions

    return {"scan": versions.scan, "scan_pyarrow": versions.scan_pyarrow}[given.role](given.folder, {})


def _options(given: argparse.Namespace) -> dict[str, Any]:
    options: dict[str, Any] = {"rules": given.rules[0]}
    if given.engine[0] != "local":
        options |= {"engine": given.engine[0], "master": given.master}
    if given.workers:
        options |= {"workers": given.workers[0]}
    return options


def _table(title: str, found: dict[str, list[Usage]]) -> Iterable[str]:
    unit = min(usage.cpu for usage in found["scan"]) if "scan" in found else None
    yield f"| {title} | CPU s | median | x scan | wall s | median | peak GiB | cube |"
    yield "|---|---|---|---|---|---|---|---|"
    for name, runs in found.items():
        cpu, wall = [usage.cpu for usage in runs], [usage.wall for usage in runs]
        times = f"{min(cpu) / unit:.1f}" if unit else ""
        yield (
            f"| {name} | {min(cpu):.2f} | {statistics.median(cpu):.2f} | {times} | {min(wall):.2f} |"
            f" {statistics.median(wall):.2f} | {max(usage.peak for usage in runs):.2f} | {runs[0].said} |"
        )


if __name__ == "__main__":
    main()

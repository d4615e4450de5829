"""How long `valuekit verify` takes: the start of the process, a small run, and 200 MiB in 200 files.

    python benchmarks/verify.py RUN

RUN is a published run. Prints the median of five, wall and CPU seconds.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

FILES, BYTES = 200, 1 << 20
REPEATS = 5


def median_of(work: Callable[[], object]) -> tuple[float, float]:
    """Median wall and CPU seconds of some work in this process."""
    taken = []
    for _ in range(REPEATS):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        taken.append((time.perf_counter() - wall, time.process_time() - cpu))
    return sorted(taken)[REPEATS // 2]


def process(*command: str) -> tuple[float, float]:
    """Median wall and CPU seconds of a process of its own."""
    taken = []
    for _ in range(REPEATS):
        wall, before = time.perf_counter(), os.times()
        subprocess.run(command, check=False, capture_output=True)
        after = os.times()
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        taken.append((time.perf_counter() - wall, cpu))
    return sorted(taken)[REPEATS // 2]


def enlarged(run: Path, folder: Path) -> Path:
    """A copy of a run with 200 further files of 1 MiB each, entered into its record."""
    from valuekit.runs.record.record_entities import file_entity
    from valuekit.runs.tampering.mutations import write_record

    copy = Path(shutil.copytree(run, folder / run.name))
    record = json.loads((copy / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    (copy / "tables" / "journal").mkdir(exist_ok=True)
    for number in range(FILES):
        name = Path("tables/journal") / f"big-{number:03}.parquet"
        (copy / name).write_bytes(bytes([number]) * BYTES)
        entity = file_entity(copy, name)
        record["@graph"].append(entity)
        for owner, key in (("./", "hasPart"), ("#run", "result")):
            next(e for e in record["@graph"] if e["@id"] == owner)[key].append({"@id": entity["@id"]})
    write_record(copy, record)
    return copy


def main() -> None:
    """Measure and print."""
    run = Path(sys.argv[1])
    command = [sys.executable, "-m", "valuekit.cli"]
    say("process `valuekit --version`", process(*command, "--version"))
    say("process `valuekit verify`", process(*command, "verify", str(run)))
    say("import of verify alone", process(sys.executable, "-c", "import valuekit.runs.verification.verify"))
    from valuekit.runs.verification.verify import verify

    verify(run)
    say("small run, once started", median_of(lambda: verify(run)))
    with TemporaryDirectory() as place:
        large = enlarged(run, Path(place))
        assert verify(large).ok, verify(large).failed
        say("200 MiB in 200 files", median_of(lambda: verify(large)))


def say(what: str, seconds: tuple[float, float]) -> None:
    """Print one line."""
    wall, cpu = seconds
    print(f"{what:30} wall {wall:.3f} s, CPU {cpu:.3f} s")


main()

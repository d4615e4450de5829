"""How long `valuekit verify` takes: its start, a small run, 200 MiB in 200 files; and to refuse wrong params.

    python benchmarks/verify.py RUN [PARAMS]

RUN is a published run, PARAMS a params file (``params/china_unicom.yaml``) that is refused for a key it does
not know. Prints least and median of nine, wall and CPU seconds. Modules and templates are compiled, as an
installation leaves them: one repetition goes before and is not counted. Where Python is told to keep nothing
(``PYTHONDONTWRITEBYTECODE``), every start compiles valuekit anew, which takes longer than all the rest.
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
REPEATS = 9
PARAMS = "params/china_unicom.yaml"
Seconds = tuple[float, float]  # wall, CPU
FIRST = """
import sys, time
from pathlib import Path
from valuekit.runs.verification.verify import verify
wall, cpu = time.perf_counter(), time.process_time()
verify(Path(sys.argv[1]))
print(time.perf_counter() - wall, time.process_time() - cpu)
"""


def here(work: Callable[[], object]) -> list[Seconds]:
    """Wall and CPU seconds of some work in this process."""
    taken = []
    for _ in range(REPEATS):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        taken.append((time.perf_counter() - wall, time.process_time() - cpu))
    return taken


def processes(*command: str, ends: int = 0) -> list[Seconds]:
    """Wall and CPU seconds of a process of its own, which ends with this exit code."""
    taken = []
    for _ in range(REPEATS + 1):
        wall, before = time.perf_counter(), os.times()
        done = subprocess.run(command, check=False, capture_output=True)
        after = os.times()
        assert done.returncode == ends, done.stderr.decode()
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        taken.append((time.perf_counter() - wall, cpu))
    return taken[1:]


def firsts(run: Path) -> list[Seconds]:
    """Wall and CPU seconds of the first verification of a process, without its imports."""
    command = [sys.executable, "-c", FIRST, str(run)]
    said = [
        subprocess.run(command, check=True, capture_output=True, text=True).stdout for _ in range(REPEATS + 1)
    ]
    return [(float(wall), float(cpu)) for wall, cpu in map(str.split, said[1:])]


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
    run, params = Path(sys.argv[1]), (sys.argv[2:] or [PARAMS])[0]
    with TemporaryDirectory() as place:
        os.environ["PYTHONPYCACHEPREFIX"] = f"{place}/compiled"
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        measure(run, params, Path(place))


def measure(run: Path, params: str, place: Path) -> None:
    """Measure and print, with room for what is made on the way."""
    command = [sys.executable, "-m", "valuekit.cli"]
    wrong = [*command, "run", params, "-p", "horzon=1", "--out", str(place / "none")]
    say("process `valuekit --version`", processes(*command, "--version"))
    say("process `valuekit verify RUN`", processes(*command, "verify", str(run)))
    say(
        "process, import of verify alone",
        processes(sys.executable, "-c", "import valuekit.runs.verification.verify"),
    )
    say("process, wrong params refused", processes(*wrong, ends=2))
    say("that run, first in a process", firsts(run))
    from valuekit.runs.verification.verify import verify

    verify(run)
    say("that run, again", here(lambda: verify(run)))
    large = enlarged(run, place)
    assert verify(large).ok, verify(large).failed
    say("200 MiB in 200 files, again", here(lambda: verify(large)))


def say(what: str, taken: list[Seconds]) -> None:
    """Print one line: least and median."""
    walls, cpus = (sorted(column) for column in zip(*taken, strict=True))
    middle = REPEATS // 2
    print(
        f"{what:32} wall {walls[0]:.3f} {walls[middle]:.3f} s, CPU {cpus[0]:.3f} {cpus[middle]:.3f} s",
        flush=True,
    )


main()

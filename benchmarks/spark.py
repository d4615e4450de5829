"""What the Spark engine moves and spends, stage by stage, for a ledger of benchmarks/attribution.py.

    python benchmarks/attribution.py --sizes 1 --runs scan --keep FOLDER
    python benchmarks/spark.py FOLDER/1M [--master local[2]] [--out FOLDER]

Bytes are what Spark says it wrote for shuffles and kept on disk; task seconds hold the Python workers, JVM
seconds do not. The first stage of a session pays for its start; run it with --warm to leave that out.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq
from books import rules

import valuekit as vk
from valuekit.attribution.progress import Progress, Stage
from valuekit.attribution.spark_session import session

_COLUMNS: Final = "| stage | tasks | task s | JVM s | shuffled in, B/line | shuffled out, B/line |"


def main() -> None:
    """Attribute once on Spark and print its stages."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--warm", action="store_true", help="run twice, print the second")
    given = parser.parse_args()
    with session(given.master) as spark, tempfile.TemporaryDirectory() as out:
        if given.warm:
            _attribute(given, Path(out) / "warm", lambda _: None)
        before, kept = len(_stages(spark)), [0]

        def watch(progress: Progress) -> None:
            if progress.stage is Stage.ATTRIBUTING:
                kept[0] = max(kept[0], _on_disk(spark))

        lines = _attribute(given, Path(out) / "out", watch)
        print(f"{lines:,} lines; staged on executors' disks: {kept[0] / lines:.1f} B/line")
        print(_COLUMNS, "|---|---|---|---|---|---|", sep="\n")
        for stage in _stages(spark)[before:]:
            print(_row(stage, lines))


def _attribute(given: argparse.Namespace, out: Path, watch: Any) -> int:
    folder = given.folder
    vk.attribute(
        folder / "ledger", rules(60), prices=folder / "prices.parquet", drivers=folder / "drivers.parquet",
        out=out, engine="spark", master=given.master, progress=watch,
    )  # fmt: skip
    return sum(pq.read_metadata(path).num_rows for path in folder.glob("ledger/*.parquet"))


def _stages(spark: Any) -> list[Any]:
    store = spark._jsc.sc().statusStore()  # noqa: SLF001 -- Spark's own metrics have no Python door
    quantiles = spark.sparkContext._gateway.new_array(spark._jvm.double, 0)  # noqa: SLF001
    found = store.stageList(None, False, False, quantiles, None)  # noqa: FBT003
    return sorted((found.apply(i) for i in range(found.size())), key=lambda stage: stage.stageId())


def _on_disk(spark: Any) -> int:
    return sum(info.diskSize() for info in spark._jsc.sc().getRDDStorageInfo())  # noqa: SLF001


def _row(stage: Any, lines: int) -> str:
    read, written = stage.shuffleReadBytes() / lines, stage.shuffleWriteBytes() / lines
    seconds, jvm = stage.executorRunTime() / 1e3, stage.executorCpuTime() / 1e9
    return (
        f"| {stage.stageId()} | {stage.numTasks()} | {seconds:.1f} | {jvm:.1f} | {read:.1f} | {written:.1f} |"
    )


if __name__ == "__main__":
    main()

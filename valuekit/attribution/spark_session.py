"""A Spark session: started where none is active; what is missing is told plainly."""

import os
import shutil
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from valuekit.errors import InvalidInput, RunFailed

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_LOCAL: Final = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
_OPTIONS: Final = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    # One task, one core: Polars and NumPy must not start threads of their own beside Spark's.
    "spark.executorEnv.POLARS_MAX_THREADS": "1",
    "spark.executorEnv.OMP_NUM_THREADS": "1",
    "spark.executorEnv.OPENBLAS_NUM_THREADS": "1",
}
# A row is a compressed unit of some hundred thousand lines; partitions are planned by us.
_RUNTIME: Final = {
    "spark.sql.execution.arrow.maxRecordsPerBatch": "16",
    "spark.sql.adaptive.enabled": "false",
}


@contextmanager
def session(master: str) -> Iterator["SparkSession"]:
    """A session of one's own options: new on a running context, or with a context that ends with it.

    Raises
    ------
    InvalidInput
        If PySpark or Java is missing, or the cluster cannot be reached.
    RunFailed
        If a task fails for good.
    """
    session_class, failures = _installed()
    with warnings.catch_warnings():
        # Nothing of ours goes through PySpark's conversions to pandas.
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        active = session_class.getActiveSession()
        spark = _started(session_class, master) if active is None else active.newSession()
        try:
            for name, value in _RUNTIME.items():
                spark.conf.set(name, value)
            yield spark
        except failures as error:
            raise RunFailed(f"Spark could not finish: {_last_words(error)}") from error
        finally:
            if active is None:
                spark.stop()


def _installed() -> tuple[type["SparkSession"], type[Exception]]:
    try:
        from pyspark.errors import PySparkException  # noqa: PLC0415 -- an optional extra
        from pyspark.sql import SparkSession  # noqa: PLC0415
    except ImportError as error:
        problem, remedy = (
            "PySpark is not installed",
            "pip install 'valuekit[spark]'; it needs Java 17 or newer",
        )
        raise InvalidInput.at("engine 'spark'", problem, remedy) from error
    if _java() is None:
        remedy = "install a Java runtime 17 or newer (Debian: apt-get install openjdk-17-jre-headless)"
        raise InvalidInput.at("engine 'spark'", "no Java on this machine", f"{remedy}, or set JAVA_HOME")
    return SparkSession, PySparkException


def _java() -> str | None:
    home = os.environ.get("JAVA_HOME")
    if home:
        return shutil.which("java", path=str(Path(home) / "bin"))
    return shutil.which("java")


def _started(session_class: type["SparkSession"], master: str) -> "SparkSession":
    options = _OPTIONS | (_LOCAL if master.startswith("local") else {})
    builder = session_class.builder.master(master).appName("valuekit")
    for name, value in options.items():
        builder = builder.config(name, value)
    # Tasks on this machine run in our own interpreter, wherever `python3` on the path may lead.
    if master.startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    try:
        return builder.getOrCreate()
    except Exception as error:
        problem = f"Spark did not start at {master!r}: {_last_words(error)}"
        remedy = "check the address, and that `java -version` says 17 or newer"
        raise InvalidInput.at("engine 'spark'", problem, remedy) from error


def _last_words(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = [line for line in lines if not line.startswith(("at ", "File ", "..."))]
    return (told or [type(error).__name__])[-1][:300]

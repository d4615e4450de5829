"""Several params files: all are checked before any is started; a failing run does not stop the rest."""

import multiprocessing
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from valuekit.errors import Finding, InvalidInput, RunFailed, ValuekitError
from valuekit.runs.options import RunOptions
from valuekit.runs.params import Params, check_params
from valuekit.runs.readings import reading_findings
from valuekit.runs.steps import Step, Watch, unwatched


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one params file.

    Attributes
    ----------
    params : Path
        The file.
    folder : Path or None
        The published run; None if there is none.
    figures : int
        Headline figures of its page.
    seconds : float
        Wall time of its notebook.
    notes : tuple of str
        What whoever started it should know.
    error : str
        Why there is no run; empty if there is one.
    exit_code : int
        0, or that of the error. Text and number, since an outcome travels between processes.
    """

    params: Path
    folder: Path | None = None
    figures: int = 0
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    error: str = ""
    exit_code: int = 0


def default_params(folder: Path) -> list[Path]:
    """All params files of a project.

    Raises
    ------
    InvalidInput
        If there are none.
    """
    found = sorted((folder / "params").glob("*.yaml"))
    if not found:
        raise InvalidInput.at(
            "params/", "holds no params files", "run valuekit in the project's folder, or name a file"
        )
    return [path.relative_to(folder) for path in found]


def check_all(paths: Sequence[Path], overrides: Sequence[str] = ()) -> None:
    """Check every file.

    Raises
    ------
    InvalidInput
        With what is wrong in any of them; inputs are read only if no file is wrong itself.
    """
    findings: list[Finding] = []
    checked: list[Params] = []
    for path in paths:
        try:
            checked.append(check_params(path, overrides))
        except InvalidInput as error:
            findings += error.findings
    if not findings:
        findings = [finding for params in checked for finding in reading_findings(params)]
    if findings:
        raise InvalidInput(list(dict.fromkeys(findings)))


def run_all(
    paths: Sequence[Path],
    overrides: Sequence[str] = (),
    *,
    out: Path,
    workers: int = 1,
    timeout: float | None = None,
    watch: Watch = unwatched,
) -> list[Outcome]:
    """Run params files, `workers` at a time, each in a process of its own where there are several.

    Parameters
    ----------
    paths : sequence of Path
        Params files; the outcomes come in the same order.
    overrides : sequence of str
        ``KEY=VALUE``, for every file.
    out : Path
        Usually ``outputs``.
    workers : int
        Runs at a time.
    timeout : float, optional
        Seconds that one cell may take.
    watch : callable
        Told every step, in this process.

    Raises
    ------
    InvalidInput
        If any file is wrong: then none is started.
    """
    check_all(paths, overrides)
    options = RunOptions(out, timeout)
    if workers <= 1 or len(paths) <= 1:
        outcomes = [_outcome(path, overrides, options=options, watch=watch) for path in paths]
    else:
        outcomes = _in_processes(paths, overrides, options=options, workers=workers, watch=watch)
    if any(outcome.folder for outcome in outcomes):
        from valuekit.runs.index import refresh_index  # noqa: PLC0415 -- drawing is loaded only to draw

        refresh_index(out)
    return outcomes


def _outcome(path: Path, overrides: Sequence[str], *, options: RunOptions, watch: Watch) -> Outcome:
    from valuekit.runs.publish import run_params  # noqa: PLC0415 -- checking comes first and needs none of it

    try:
        result = run_params(path, overrides, options=options, watch=watch)
    except ValuekitError as error:
        watch(Step(path.stem, "failed", ended=True))
        return Outcome(path, error=str(error), exit_code=error.exit_code)
    watch(Step(path.stem, "published", ended=True))
    return Outcome(path, result.folder, result.figures, result.seconds, result.notes)


def _in_processes(
    paths: Sequence[Path],
    overrides: Sequence[str],
    *,
    options: RunOptions,
    workers: int,
    watch: Watch,
) -> list[Outcome]:
    # Spawned, not forked: a fork of a process with threads can hang.
    context = multiprocessing.get_context("spawn")
    with _listening(context, watch) as queue:
        pool = ProcessPoolExecutor(min(workers, len(paths)), context, initializer=_connect, initargs=(queue,))
        try:
            work = partial(_work, overrides=list(overrides), options=options)
            futures = [pool.submit(work, path) for path in paths]
            return [_result(path, future) for path, future in zip(paths, futures, strict=True)]
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def _listening(context: Any, watch: Watch) -> Iterator[Any]:
    queue = context.SimpleQueue()
    listener = threading.Thread(target=_listen, args=(queue, watch), daemon=True)
    listener.start()
    try:
        yield queue
    finally:
        queue.put(None)
        listener.join()


def _listen(queue: Any, watch: Watch) -> None:
    while (step := queue.get()) is not None:
        watch(step)


_send: list[Callable[[Step], None]] = []


def _connect(queue: Any) -> None:
    _send.append(queue.put)


def _work(path: Path, *, overrides: list[str], options: RunOptions) -> Outcome:
    return _outcome(path, overrides, options=options, watch=_send[0])


def _result(path: Path, future: "Future[Outcome]") -> Outcome:
    try:
        return future.result()
    except Exception as error:  # noqa: BLE001 -- whatever ended a worker, the other runs are still reported
        words = f"{path.as_posix()}: the process of this run ended: {error!r}"
        return Outcome(path, error=words, exit_code=RunFailed.exit_code)

"""The runs of a sweep on the workers of a dask scheduler, which see the same project folder.

Each dask worker keeps a worker process of ours for every run that it makes at a time: dask's own threads
could neither change folders nor be interrupted. A run that was lost with its worker is made again
elsewhere; its unfinished folder stays in ``.partial`` and is never listed.
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from valuekit.errors import InvalidInput, RunFailed
from valuekit.runs.publication.jobs import Job, Outcome
from valuekit.runs.publication.options import RunOptions
from valuekit.runs.publication.steps import unwatched
from valuekit.runs.publication.workers import Worker
from valuekit.runs.sweeps.finished import finished_run

_CONNECT: Final = "30s"
_idle: list[Worker] = []
_lock: Final = threading.Lock()


def outcomes_from(
    jobs: Sequence[Job], options: RunOptions, *, address: str, again: bool = False
) -> Iterator[tuple[int, Outcome]]:
    """Make all runs on a dask cluster; each job's place and outcome, as they end.

    Parameters
    ----------
    address : str
        Of the scheduler, such as ``tcp://host:8786``.
    again : bool
        Whether finished runs are made again; otherwise one that a lost worker had published is taken.

    Raises
    ------
    InvalidInput
        If dask is not installed, or the scheduler does not answer.
    """
    folder = Path.cwd()
    shared = replace(options, out=folder / options.out, forks=None)
    with _client(address) as client:
        from distributed import as_completed  # noqa: PLC0415

        futures = {
            client.submit(
                make_here,
                job,
                shared,
                folder,
                again=again,
                key=f"valuekit-{job.name}-{job.digest}",
                pure=False,
            ): place
            for place, job in enumerate(jobs)
        }
        try:
            for future in as_completed(futures, loop=client.loop):  # type: ignore[no-untyped-call]
                place = futures[future]
                yield place, _result(future, jobs[place], options.out)
        finally:
            client.cancel(list(futures))


def _client(address: str) -> Any:
    try:
        from distributed import Client  # noqa: PLC0415 -- an optional extra
    except ImportError:
        raise InvalidInput.at(
            f"--dask {address}", "dask.distributed is not installed", "pip install 'valuekit[dask]'"
        ) from None
    try:
        return Client(address, timeout=_CONNECT, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TimeoutError) as error:
        raise InvalidInput.at(
            f"--dask {address}", f"no scheduler answers there ({error})", "start one: dask scheduler"
        ) from error


def _result(future: Any, job: Job, out: Path) -> Outcome:
    error = future.exception()
    if error is not None:
        words = f"{job.shown}: {error or type(error).__name__}"
        return Outcome(job.params, error=words, exit_code=RunFailed.exit_code)
    outcome: Outcome = future.result()
    return (
        outcome if outcome.folder is None else replace(outcome, folder=out / job.name / outcome.folder.name)
    )


def make_here(job: Job, options: RunOptions, folder: Path, *, again: bool) -> Outcome:
    """Make a run on this worker; called by dask."""
    if not folder.is_dir():
        words = f"{job.shown}: this worker does not see {folder}: mount the project there"
        return Outcome(job.params, error=words, exit_code=RunFailed.exit_code)
    if not again and (found := finished_run(options.out, job.name, job.digest)) is not None:
        return Outcome(job.params, found)
    with _lock:
        worker = _idle.pop() if _idle else Worker()
    try:
        return worker.do(job, options, unwatched, folder=folder)
    finally:
        with _lock:
            _idle.append(worker)

"""Several runs at a time, each in a worker process: one that dies takes its own run along and no other."""

import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from valuekit.errors import RunFailed
from valuekit.report.drawing_service import VARIABLE
from valuekit.runs.publication.jobs import Job, Outcome
from valuekit.runs.publication.options import RunOptions
from valuekit.runs.publication.steps import Step, Watch

# More workers would wait for one process that draws for all.
_SHARING: Final = 4


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Worker:
    """A worker process, started when it is first needed and again when it has died.

    Its life hangs on a pipe: it ends with the process that started it, however that ends.

    Parameters
    ----------
    environment : mapping, optional
        Default this process's own.
    """

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def do(self, job: Job, options: RunOptions, watch: Watch, *, folder: Path) -> Outcome:
        """Make a run in the project's `folder`; the outcome says if the process died over it."""
        try:
            return self._asked((folder, job, options), watch)
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):
            ended = self.stop()
            words = f"{job.shown}: the process of this run ended ({_how(ended)})"
            watch(Step(job.shown, "failed", ended=True))
            return Outcome(job.params, error=words, exit_code=RunFailed.exit_code)

    def start(self) -> None:
        """Start the process ahead of its first job."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "valuekit.runs.publication.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=self._environment,
                start_new_session=True,  # Ctrl-C is for whoever started it, who ends it by its pipe
            )

    def stop(self) -> int:
        """End the process and what it is doing; its exit code."""
        process, self._process = self._process, None
        if process is None:
            return 0
        with suppress(OSError):
            process.stdin.close()  # type: ignore[union-attr]
        code = process.wait()
        process.stdout.close()  # type: ignore[union-attr]
        return code

    def _asked(self, given: Any, watch: Watch) -> Outcome:
        self.start()
        pipes: Any = self._process
        pickle.dump(given, pipes.stdin)
        pipes.stdin.flush()
        while isinstance(said := pickle.load(pipes.stdout), Step):  # noqa: S301 -- written by our own worker
            watch(said)
        answer: Outcome = said
        return answer


def outcomes_of(
    jobs: Sequence[Job], options: RunOptions, *, workers: int, watch: Watch
) -> Iterator[tuple[int, Outcome]]:
    """Make all runs, `workers` at a time; each job's place and outcome, as they end.

    Whoever stops listening, or is interrupted, ends the runs that are going; nothing is left of them.
    """
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for place in range(len(jobs)):
        waiting.put(place)
    said: queue.SimpleQueue[Any] = queue.SimpleQueue()
    environment = dict(os.environ)
    if workers > _SHARING:
        environment.pop(VARIABLE, None)  # each starts a drawing process of its own
    staff = [Worker(environment) for _ in range(min(workers, len(jobs)))]
    folder, over = Path.cwd(), threading.Event()

    def work(worker: Worker) -> None:
        with suppress(queue.Empty):
            while not over.is_set():
                place = waiting.get_nowait()
                said.put((place, worker.do(jobs[place], options, said.put, folder=folder)))

    threads = [threading.Thread(target=work, args=(worker,), daemon=True) for worker in staff]
    for thread in threads:
        thread.start()
    try:
        left = len(jobs)
        while left:
            if isinstance(news := said.get(), Step):
                watch(news)
            else:
                left -= 1
                yield news
    finally:
        over.set()
        for worker in staff:
            worker.stop()


def _how(code: int) -> str:
    return f"killed by signal {-code}: out of memory?" if code < 0 else f"exit code {code}"

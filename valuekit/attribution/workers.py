"""Workers: the same function on many errands, here or in processes of one thread each.

Processes are started as plain Python programs and not forked: threads of Polars do not survive a fork, and a
script that calls valuekit is not run a second time. They end when the pipe from their parent closes,
so that none is left behind when the parent is killed.
"""

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue
from typing import IO, Any, Final

from valuekit.errors import RunFailed

_ONE_THREAD: Final = {
    name: "1"
    for name in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ARROW_NUM_THREADS")
}


class Workers:
    """So many workers; one means this process.

    Examples
    --------
    >>> with Workers(1) as workers:
    ...     sorted(workers.each(abs, [-2, 1]))
    [(0, 2), (1, 1)]
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "Workers":
        """Start nothing yet: processes come with the first errands."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the processes, finished or not."""
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()

    def each[E, R](self, work: Callable[[E], R], errands: Sequence[E]) -> Iterator[tuple[int, R]]:
        """The number and the result of every errand, as they are finished.

        Parameters
        ----------
        work : callable
            A function of a module, so that another process can find it.

        Raises
        ------
        Exception
            What the first failing errand raised.
        """
        if self.number == 1 or len(errands) == 1:
            yield from ((number, work(errand)) for number, errand in enumerate(errands))
            return
        waiting: SimpleQueue[tuple[int, E]] = SimpleQueue()
        for numbered in enumerate(errands):
            waiting.put(numbered)
        done: SimpleQueue[tuple[int, Any, BaseException | None]] = SimpleQueue()
        for process in self._started():
            threading.Thread(target=_serve, args=(process, work, waiting, done), daemon=True).start()
        for _ in errands:
            number, result, error = done.get()
            if error is not None:
                raise error
            yield number, result

    def _started(self) -> list[subprocess.Popen[bytes]]:
        while len(self._processes) < self.number:
            self._processes.append(
                subprocess.Popen(  # our own module, by the interpreter that runs us
                    [sys.executable, "-m", "valuekit.attribution.workers"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    env={**os.environ, **_ONE_THREAD},
                )
            )
        return self._processes


def _serve(
    process: subprocess.Popen[bytes],
    work: Callable[[Any], Any],
    waiting: SimpleQueue[tuple[int, Any]],
    done: SimpleQueue[tuple[int, Any, BaseException | None]],
) -> None:
    """Hand errands to one process until there are none."""
    while True:
        try:
            number, errand = waiting.get_nowait()
        except Empty:
            return
        try:
            _send(process.stdin, (work, errand))
            result, error = _receive(process.stdout)
        except (EOFError, OSError):
            result, error = None, RunFailed(f"a worker ended (exit code {process.poll()}): out of memory?")
        done.put((number, result, error))
        if error is not None:
            return


def _send(stream: IO[bytes] | None, value: Any) -> None:
    assert stream is not None, "workers are started with pipes"
    pickle.dump(value, stream, protocol=pickle.HIGHEST_PROTOCOL)
    stream.flush()


def _receive(stream: IO[bytes] | None) -> Any:
    assert stream is not None, "workers are started with pipes"
    return pickle.load(stream)  # noqa: S301 -- from the process that we started


def main() -> None:
    """Work off errands from stdin until it closes; whatever is printed goes to stderr."""
    results = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    while True:
        try:
            work, errand = _receive(sys.stdin.buffer)
        except EOFError:
            return
        try:
            _send(results, (work(errand), None))
        except Exception as error:  # noqa: BLE001 -- the parent raises it
            _send(results, (None, error))


if __name__ == "__main__":
    main()

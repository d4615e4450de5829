"""Workers: the same function on many errands, here or in processes of one thread each.

Processes are started as plain Python programs and not forked: threads of Polars do not survive a fork, and a
script that calls valuekit is not run a second time. They end as soon as the pipe from their parent closes,
whatever they are doing, so that none is left behind when the parent is killed.
"""

import os
import pickle
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import IO, Any, Final, NoReturn, Self, cast

from valuekit.errors import RunFailed

_ONE_THREAD: Final = dict.fromkeys(
    ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ARROW_NUM_THREADS"), "1"
)
_KILLED: Final = -9
_LAST_WORDS: Final = 5.0  # seconds for a process that closed its pipes to be gone


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

    def __enter__(self) -> Self:
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
                    with suppress(OSError):  # what was not sent yet to a process that is gone
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

    def results[E, R](self, work: Callable[[E], R], errands: Sequence[E]) -> Iterator[R]:
        """The results alone, as they are finished."""
        return (result for _, result in self.each(work, errands))

    def _started(self) -> list[subprocess.Popen[bytes]]:
        while len(self._processes) < self.number:
            self._processes.append(
                subprocess.Popen(  # our own module, by the interpreter that runs us
                    [sys.executable, "-m", "valuekit.attribution.workers"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    env={**os.environ, **_ONE_THREAD},
                    process_group=0,  # an interrupt from the terminal is for the parent, which ends us
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
            _send(cast("IO[bytes]", process.stdin), (work, errand))
            result, error = _receive(cast("IO[bytes]", process.stdout))
        except Exception as cause:  # noqa: BLE001 -- a thread that ended without a word would be waited for
            result, error = None, _unanswered(process, cause)
        done.put((number, result, error))
        if error is not None:
            return


def _unanswered(process: subprocess.Popen[bytes], cause: Exception) -> RunFailed:
    try:
        code = process.wait(timeout=_LAST_WORDS)
    except subprocess.TimeoutExpired:
        return RunFailed(f"a worker and its parent do not understand each other: {cause!r}")
    if code == _KILLED:
        return RunFailed(
            "a worker was killed, perhaps for want of memory: give fewer workers or smaller buckets"
        )
    return RunFailed(f"a worker ended (exit code {code}): what it said last is on stderr")


def _send(stream: IO[bytes], value: Any) -> None:
    pickle.dump(value, stream, protocol=pickle.HIGHEST_PROTOCOL)
    stream.flush()


def _receive(stream: IO[bytes]) -> Any:
    return pickle.load(stream)  # noqa: S301 -- from the process that we started


def main() -> None:
    """Work off errands from stdin until it closes; whatever is printed goes to stderr."""
    results = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    errands: SimpleQueue[Any] = SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, errands), daemon=True).start()
    try:
        while True:
            work, errand = errands.get()
            _send(results, _answer(work, errand))
    except BrokenPipeError:  # nobody is left to answer
        os._exit(0)
    except BaseException:  # noqa: BLE001 -- half an answer may be sent: nothing after it would be understood
        _end(1)


def _listen(stream: IO[bytes], errands: SimpleQueue[Any]) -> None:
    """Take errands, and end the process when there is nobody left to send any."""
    try:
        while True:
            errands.put(_receive(stream))
    except EOFError:
        os._exit(0)
    except Exception:  # noqa: BLE001 -- the errand cannot be read: the main thread would wait for it
        _end(1)


def _answer(work: Callable[[Any], Any], errand: Any) -> tuple[Any, Exception | None]:
    try:
        return work(errand), None
    except Exception as error:  # noqa: BLE001 -- the parent raises it
        return None, _readable(error)


def _readable(error: Exception) -> Exception:
    """The error, or what it says if another process could not make it again."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 -- our own, of this moment
    except Exception:  # noqa: BLE001 -- whatever its class does then
        return RunFailed(f"{type(error).__name__}: {error}")
    return error


def _end(code: int) -> NoReturn:
    traceback.print_exc()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()

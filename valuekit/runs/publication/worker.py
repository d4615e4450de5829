"""A process that makes runs one after another: jobs come as pickles on standard input, outcomes leave.

It keeps what is slow to start (papermill, the drawing of charts) from run to run; nothing of a run stays in
it, since notebooks are executed in kernels of their own. The end of standard input ends it, also in the
middle of a run, of which nothing is left then.
"""

import os
import pickle
import queue
import signal
import sys
import threading
from typing import Any, BinaryIO, NoReturn

from valuekit.report.drawing_service import drawing_service
from valuekit.runs.publication.jobs import do


def main() -> NoReturn:
    """Work until standard input ends."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not come between the pickles

    def tell(said: object) -> None:
        pickle.dump(said, out)
        out.flush()

    given: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(sys.stdin.buffer, given), daemon=True).start()
    with drawing_service():
        while True:
            folder, job, options = given.get()
            os.chdir(folder)
            tell(do(job, options, tell))


def _read(stream: BinaryIO, given: "queue.SimpleQueue[Any]") -> None:
    """Take jobs from whoever started this process; it is gone when there are no more."""
    try:
        while True:
            given.put(pickle.load(stream))  # noqa: S301 -- written by the process that started this one
    except EOFError:
        os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()

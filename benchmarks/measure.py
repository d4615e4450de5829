"""Run a command in a process of its own and say what it cost, with every process that it started."""

import contextlib
import ctypes
import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_SUBREAPER: Final = (
    36  # PR_SET_CHILD_SUBREAPER: orphans (a JVM, say) come to us, so that their CPU is counted
)
_EVERY: Final = 0.1


@dataclass(frozen=True, slots=True)
class Usage:
    """What a run cost.

    Attributes
    ----------
    cpu : float
        User and system seconds of the process and of all its descendants, as the kernel counts them.
    wall : float
        Seconds from start to end, the imports included.
    peak : float
        GiB: the larger of the resident peak of any one process and the peak, sampled ten times a
        second, of the proportional sizes (pages shared by n processes count 1/n each) of all of them.
    said : str
        What it printed.
    """

    cpu: float
    wall: float
    peak: float
    said: str


def measured(command: Sequence[str], environment: Mapping[str, str], *, memory: bool = True) -> Usage:
    """Run a command to its end; its failure is ours.

    Without `memory` the peak is that of the largest process, and nothing is sampled beside the command: with
    eight processes to look at, sampling takes a sixth of a core from commands that keep every core busy.
    """
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    began = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, **environment})
    done, sizes = threading.Event(), [0]
    sampler = threading.Thread(target=_sample, args=(done, sizes), daemon=True)
    if memory:
        sampler.start()
    assert child.stdout is not None
    said = child.stdout.read().decode().strip()
    cpu, peak = _reaped(child.pid)
    wall = time.perf_counter() - began
    done.set()
    if memory:
        sampler.join()
    return Usage(cpu, wall, max(peak, sizes[0]) / 2**20, said)


def _reaped(first: int) -> tuple[float, int]:
    """CPU seconds and the largest resident size in KiB of the child and of the orphans it left."""
    cpu, peak, failed = 0.0, 0, False
    while True:
        try:
            pid, status, usage = os.wait4(-1, 0)
        except ChildProcessError:
            break
        cpu += usage.ru_utime + usage.ru_stime
        peak = max(peak, usage.ru_maxrss)
        failed |= pid == first and status != 0
    assert not failed, "the run failed"
    return cpu, peak


def _sample(done: threading.Event, sizes: list[int]) -> None:
    while not done.wait(_EVERY):
        sizes[0] = max(sizes[0], sum(map(_proportional, _descendants(os.getpid()))))


def _descendants(pid: int) -> list[int]:
    found, waiting = [], [pid]
    while waiting:
        for task in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                children = [int(word) for word in task.read_text().split()]
                found += children
                waiting += children
    return found


def _proportional(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0

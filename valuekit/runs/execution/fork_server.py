"""The process that kernels of a sweep are forked from: it imports what notebooks use and works in nothing.

Importing is most of what a small run costs, and a fork inherits it. Nothing else may be inherited: a
library that has worked has threads, which no fork keeps (vl-convert hangs in the child), so this process
imports, waits and forks. It listens on a socket in the file system, and says so on standard output once it
has imported everything. Each connection is one kernel: it brings a request as a line of JSON, is told the
kernel's process id and later its exit code, and the kernel is killed when it is closed. The end of
standard input ends the server and its kernels.
"""

import contextlib
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

from valuekit.runs.execution.kernel_process import leave_current_folder_out, serve

#: Said on standard output when kernels can be forked.
READY: Final = b"ready\n"
_STDIN: Final = 0
_PATIENCE: Final = 30  # seconds for a request to arrive: whoever connects sends it at once


def main(arguments: Sequence[str]) -> None:
    """Import the named modules, then serve on the socket that was handed down until standard input ends."""
    descriptor, *modules = arguments
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the business of whoever started us
    leave_current_folder_out()
    _preload(modules)
    if len(list(Path("/proc/self/task").glob("*"))) > 1:
        sys.exit("a module started a thread when it was imported: kernels cannot be forked safely")
    os.write(1, READY)
    with socket.socket(fileno=int(descriptor)) as listening:
        _Server(listening).serve()


def _preload(modules: Sequence[str]) -> None:
    for module in ("ipykernel.kernelapp", "ipykernel.ipkernel", *modules):
        with contextlib.suppress(ImportError):  # the notebook's own import will say what is missing
            importlib.import_module(module)
    # What is here stays: a collection in a child would copy every page that it looks at.
    gc.collect()
    gc.freeze()


class _Server:
    """Forks and buries; one thread, one loop."""

    def __init__(self, listening: socket.socket) -> None:
        self.listening = listening
        self.kernels: dict[int, socket.socket] = {}
        self.selector = selectors.DefaultSelector()
        self.deaths, self.bell = os.pipe()
        for end in (self.deaths, self.bell):
            os.set_blocking(end, False)

    def serve(self) -> None:
        """Answer until standard input ends."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self.bell, warn_on_full_buffer=False)
        for source in (self.listening, self.deaths, _STDIN):
            self.selector.register(source, selectors.EVENT_READ)
        while True:
            for key, _ in self.selector.select():
                if key.fd == _STDIN:
                    self._end()
                    return
                self._answer(key)

    def _answer(self, key: selectors.SelectorKey) -> None:
        if key.fileobj is self.listening:
            self._fork()
        elif key.fd == self.deaths:
            os.read(self.deaths, 4096)
            self._bury()
        else:  # whoever asked for this kernel is gone
            _kill(key.data)
            self.selector.unregister(key.fileobj)

    def _fork(self) -> None:
        connection, _ = self.listening.accept()
        connection.settimeout(_PATIENCE)
        request = connection.makefile("rb").readline()
        if not request:
            connection.close()
            return
        pid = os.fork()
        if pid == 0:
            self._leave(connection)
            _become_kernel(json.loads(request))
        self.kernels[pid] = connection
        self.selector.register(connection, selectors.EVENT_READ, data=pid)
        with contextlib.suppress(OSError):
            connection.sendall(f"{pid}\n".encode())

    def _bury(self) -> None:
        """Tell each asker how its kernel ended."""
        while self.kernels:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            connection = self.kernels.pop(pid)
            with contextlib.suppress(KeyError, ValueError):
                self.selector.unregister(connection)
            with contextlib.suppress(OSError):
                connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
            connection.close()

    def _leave(self, connection: socket.socket) -> None:
        """In the child: forget the server."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.selector.close()
        for end in (self.deaths, self.bell):
            os.close(end)
        for held in (self.listening, connection, *self.kernels.values()):
            held.close()

    def _end(self) -> None:
        for pid in self.kernels:
            _kill(pid)


def _kill(pid: int) -> None:
    """The kernel and what it started: it leads a session of its own."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _become_kernel(request: dict[str, Any]) -> NoReturn:
    """Be, from here on, what a process started for this kernel would have been."""
    server = os.getppid()
    try:
        os.setsid()
        _redirect(request["log"])
        os.environ.clear()
        os.environ.update(request["environment"])
        os.chdir(request["folder"])
        _fresh_randomness()
        sys.argv = ["ipykernel_launcher", *request["arguments"]]
        serve([*request["arguments"], f"--IPKernelApp.parent_handle={server}"])
    finally:
        os._exit(1)  # what comes here could not even begin


def _redirect(log: str) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(nothing, 0)
    for stream in (1, 2):
        os.dup2(written, stream)
    os.close(nothing)
    os.close(written)


def _fresh_randomness() -> None:
    """Draw differently in each kernel where no seed is set, or a missing seed would not be noticed."""
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()


if __name__ == "__main__":
    main(sys.argv[1:])

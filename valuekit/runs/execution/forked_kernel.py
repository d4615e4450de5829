"""Kernels that are forked instead of started: jupyter_client and papermill see a process like any other."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from valuekit.errors import RunFailed
from valuekit.runs.execution.fork_server import READY
from valuekit.runs.execution.kernel import ENVIRONMENT

#: Elsewhere libraries of the system do not stand a fork (macOS), or there is none (Windows).
CAN_FORK: Final = sys.platform == "linux"


# An allocator's own thread, which only gives memory back early, would make the server one that cannot fork.
_NO_THREADS: Final = {"JE_ARROW_MALLOC_CONF": "background_thread:false"}


@dataclass(frozen=True, slots=True)
class ForkServer:
    """A running fork server.

    Attributes
    ----------
    address : Path
        Where it listens, for `ForkedProcess`.
    process : Popen
        Itself.
    """

    address: Path
    process: "subprocess.Popen[bytes]"

    def is_ready(self) -> bool:
        """Wait until it has imported everything; False if it found that it cannot fork."""
        return self.process.stdout is not None and self.process.stdout.readline() == READY


@contextmanager
def fork_server(modules: Sequence[str]) -> Iterator[ForkServer]:
    """Have a fork server for as long as the block lasts; its kernels end with it.

    Parameters
    ----------
    modules : sequence of str
        What it imports, beside the kernel itself.
    """
    with tempfile.TemporaryDirectory(prefix="vkf", ignore_cleanup_errors=True) as private:
        address = Path(private) / "forks"
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
            listening.bind(str(address))
            listening.listen(128)
            server = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "valuekit.runs.execution.fork_server",
                    str(listening.fileno()),
                    *modules,
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, **ENVIRONMENT, **_NO_THREADS},
                pass_fds=[listening.fileno()],
                start_new_session=True,
            )
        with server:  # leaving closes its standard input, which ends it, and waits
            yield ForkServer(address, server)


class ForkedProcess:
    """A kernel forked for us, with as much of `subprocess.Popen` as jupyter_client asks for.

    Parameters
    ----------
    address : Path
        Where the fork server listens.
    arguments : sequence of str
        Of the kernel.
    environment : mapping
        All of it.
    folder : Path
        In which it starts.
    log : Path
        Where its standard output and error go.
    """

    stdin = stdout = stderr = None

    def __init__(
        self,
        address: Path,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        log: Path,
    ) -> None:
        self.returncode: int | None = None
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        request = {
            "arguments": list(arguments),
            "environment": dict(environment),
            "folder": str(folder),
            "log": str(log),
        }
        try:
            self._socket.connect(str(address))
            self._socket.sendall(json.dumps(request).encode() + b"\n")
            self._said = self._socket.makefile("rb")
            self.pid = int(self._said.readline())
        except (OSError, ValueError) as error:
            self._socket.close()
            raise RunFailed(f"the fork server does not answer ({error}); run with --audited") from error

    def poll(self) -> int | None:
        """The exit code; None while it lives."""
        if self.returncode is None and select.select([self._socket], [], [], 0)[0]:
            self._bury()
        return self.returncode

    def wait(self) -> int:
        """Wait for the exit code."""
        if self.returncode is None:
            self._bury()
        return self.returncode or 0

    def send_signal(self, number: int) -> None:
        """Send a signal; nothing once it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def _bury(self) -> None:
        line = self._said.readline()
        self.returncode = int(line) if line.strip() else -signal.SIGKILL  # the server went, and it with it
        self._said.close()
        self._socket.close()


class ForkedProvisioner(LocalProvisioner):
    """jupyter_client's own provisioner, but for where the process comes from.

    Attributes
    ----------
    address, words : Path
        Of the fork server; of what the kernel's process says outside of any cell.
    """

    address: Path
    words: Path

    async def launch_kernel(self, cmd: list[str], **options: Any) -> KernelConnectionInfo:
        """Have a kernel forked; `cmd` without the interpreter and its module are its arguments."""
        arguments = cmd[cmd.index("-f") :]
        folder = Path(options.get("cwd") or Path.cwd())
        forked: Any = ForkedProcess(  # jupyter_client asks for no more of a Popen than it has
            self.address, arguments, environment=options["env"], folder=folder, log=self.words
        )
        self.process = forked
        self.pid = self.pgid = forked.pid
        self.cwd = folder
        return self.connection_info

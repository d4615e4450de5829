"""Have charts drawn by a process beside this one, where there is one; the same bytes either way.

The drawing library holds up a whole process while it starts (a second) and while it draws. A run starts the
drawing process first, so that it is ready when the notebook shows its first chart; kernels find it by an
environment variable, and pictures that notebook and page share are drawn once. What only the files of the
run will need is drawn while later cells work.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from valuekit.report.drawing_server import AHEAD

#: Where the drawing process listens.
VARIABLE: Final = "VALUEKIT_DRAWING"


@contextmanager
def drawing_service() -> Iterator[None]:
    """Have a drawing process for as long as the block lasts; inside another such block, that one's."""
    if VARIABLE in os.environ or not hasattr(socket, "AF_UNIX"):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="vkd", ignore_cleanup_errors=True) as private:
        address = str(Path(private) / "charts")
        with _server(address):
            os.environ[VARIABLE] = address
            try:
                yield
            finally:
                del os.environ[VARIABLE]


@contextmanager
def _server(address: str) -> Iterator[None]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(address)
        listening.listen(128)
        server = subprocess.Popen(
            [sys.executable, "-m", "valuekit.report.drawing_server", str(listening.fileno())],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # whoever asked draws it again, and sees the error itself
            pass_fds=[listening.fileno()],
            start_new_session=True,
        )
    with server:  # leaving closes its standard input, which ends it
        try:
            yield
        finally:
            server.terminate()  # it may be in the middle of a drawing that nobody waits for


def drawn_elsewhere(kind: str, what: Any) -> str | None:
    """Ask the drawing process; None where there is none, or it cannot.

    Parameters
    ----------
    kind : str
        ``svg`` or ``script``.
    what : dict or str
        A Vega-Lite spec, or the last lines of the script.
    """
    try:
        with _asking(kind, what) as asking, asking.makefile("rb") as answered:
            answer = answered.read()
    except (OSError, ValueError):
        return None
    return answer.decode() or None


def to_be_drawn(kind: str, what: Any) -> None:
    """Tell the drawing process what it will be asked for, to be made when nobody waits; same parameters."""
    with suppress(OSError, ValueError), _asking(kind, what, AHEAD):
        pass


@contextmanager
def _asking(kind: str, what: Any, before: bytes = b"") -> Iterator[socket.socket]:
    address = os.environ.get(VARIABLE)
    if address is None:
        raise ConnectionRefusedError
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.connect(address)
        asking.sendall(before + json.dumps({kind: what}).encode() + b"\n")
        yield asking

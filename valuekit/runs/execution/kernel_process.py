"""The process of a kernel: ipykernel's own, but for the way it ends.

ipykernel closes its sockets before it waits for the thread that answers on one of them. One shutdown in
four ended there, until it was killed after two and a half seconds; the others took the interpreter apart
for half a second and more. Here whatever was registered to be done at the end is done, what cells left
open is closed, and the process is gone: sockets and threads go with it.
"""

import atexit
import os
import sys
import threading
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn


def leave_current_folder_out() -> None:
    """As ipykernel's launcher does: a kernel adds the folder that it starts in when it is up."""
    sys.path[:] = [entry for entry in sys.path if entry not in {"", str(Path.cwd())}] or sys.path


def serve(arguments: Sequence[str]) -> NoReturn:
    """Be a kernel until it is told to shut down, then leave."""
    from ipykernel.kernelapp import IPKernelApp  # noqa: PLC0415 -- only when the path is as it should be

    code = 1
    try:
        IPKernelApp.launch_instance(argv=list(arguments))
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 -- it ends here, and the kernel's log says why
        traceback.print_exc(file=sys.__stderr__)
    finally:
        try:
            _finish(IPKernelApp.instance())
        finally:
            os._exit(code)


def _finish(app: Any) -> None:
    """Do what an interpreter does when it ends, in its order, but for taking itself apart."""
    app.reset_io()
    atexit.unregister(app.close)
    threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 -- waits for threads and pools that a cell left
    atexit._run_exitfuncs()  # noqa: SLF001
    app.shell.user_ns.clear()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()


if __name__ == "__main__":
    leave_current_folder_out()
    serve(sys.argv[1:])

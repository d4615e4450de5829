"""A kernel of its own for each run: this interpreter, a fixed environment, no port, no start-up files."""

import os
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync

from valuekit.runs.vouching.keys import SECRETS

# Fixed before the interpreter starts, because that is the only time they can be.
ENVIRONMENT: Final[dict[str, str]] = {
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "TZ": "UTC",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
}
# Without a history of what was typed: nobody types, and it would be flushed to disk cell by cell.
_ARGUMENTS: Final = ("-f", "{connection_file}", "--HistoryManager.enabled=False")
# Seconds between two looks whether a kernel has ended; jupyter_client's own are ten times as far apart.
_LOOK: Final = 0.01
_ARGV: Final = (sys.executable, "-m", "valuekit.runs.execution.kernel_process", *_ARGUMENTS)


def kernel_manager(*, run_folder: Path, private: Path, forks: Path | None = None) -> type[AsyncKernelManager]:
    """Make the class of kernel managers for one run.

    Parameters
    ----------
    run_folder : Path
        Given to the notebook as ``VALUEKIT_RUN_DIR``.
    private : Path
        A short-lived folder for the connection (sockets in the file system, so that nothing listens
        on a port and the kernel has no reason to warn), the kernel's own log and IPython's state.
    forks : Path, optional
        Where a fork server listens that makes the kernel; default a process of its own.
    """
    environment = {
        **{name: held for name, held in os.environ.items() if name not in SECRETS},
        **ENVIRONMENT,
        "VALUEKIT_RUN_DIR": str(run_folder),
        "IPYTHONDIR": str(private / "ipython"),
    }

    class RunKernelManager(AsyncKernelManager):
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self.connection_file = str(private / "kernel.json")
            # Sockets in the file system are not for Windows, nor for very long temporary paths.
            self.transport = "tcp" if os.name == "nt" or len(str(private)) > 80 else "ipc"  # noqa: PLR2004
            self._kernel_spec = KernelSpec(argv=list(_ARGV), display_name="valuekit", language="python")

        async def _async_pre_start_kernel(self, **options: Any) -> Any:
            options["env"] = environment
            if forks is not None and self.provisioner is None:
                self.kernel_id = self.kernel_id or str(uuid.uuid4())
                self.provisioner = _forked(self, forks, private / "kernel.log")
            return await super()._async_pre_start_kernel(**options)

        pre_start_kernel = _async_pre_start_kernel

        async def _async_launch_kernel(self, kernel_cmd: list[str], **options: Any) -> None:
            with (private / "kernel.log").open("ab") as log:
                await super()._async_launch_kernel(kernel_cmd, **{**options, "stdout": log, "stderr": log})

        _launch_kernel = _async_launch_kernel

        async def _async_wait(self, pollinterval: float = _LOOK) -> None:
            await super()._async_wait(min(pollinterval, _LOOK))

    return RunKernelManager


@contextmanager
def started(manager: type[AsyncKernelManager], folder: Path) -> Iterator[AsyncKernelManager]:
    """Have a kernel in `folder` that starts while the block begins, and that does not outlive it."""
    kernel = manager()
    try:
        run_sync(kernel.start_kernel)(cwd=str(folder))
        yield kernel
    finally:
        if kernel.has_kernel:
            run_sync(kernel.shutdown_kernel)(now=True)


def _forked(manager: AsyncKernelManager, forks: Path, words: Path) -> Any:
    from valuekit.runs.execution.forked_kernel import ForkedProvisioner  # noqa: PLC0415 -- only sweeps fork

    made = ForkedProvisioner(kernel_id=manager.kernel_id, kernel_spec=manager.kernel_spec, parent=manager)
    made.address, made.words = forks, words
    return made

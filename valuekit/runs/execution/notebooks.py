"""Execute a notebook template with parameters: the only file that knows papermill.

papermill's own record is not believed: a killed kernel and a time-out leave "completed" in the
file, ``SystemExit(0)`` passes for success, an unknown parameter only warns. The parameters are
written by us (`injection`), and success is read off the cells (`clean`).
"""

import json
import logging
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from valuekit.errors import RunFailed
from valuekit.runs.execution.clean import Unclean, first_unclean, place
from valuekit.runs.execution.injection import with_parameters
from valuekit.runs.execution.template import Template

# How valuekit begins a line of progress on stderr.
_SAID: Final = "valuekit: "
#: Called with the cell that begins, how many there are, and what valuekit says from inside the cell.
CellProgress = Callable[[int, int, str], None]

_START_TIMEOUT: Final = 120
_COLOURS: Final = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Execution:
    """What came of executing a notebook.

    Attributes
    ----------
    cells : int
        Cells of the executed notebook.
    seconds : float
        Wall time, with the kernel's start.
    """

    cells: int
    seconds: float


class CellFailed(RunFailed):
    """A notebook did not come to its end: a cell failed, the kernel died, or a cell took too long.

    Attributes
    ----------
    cell : str
        As a reader finds it, such as ``cell 5 of 12, In [3] (a.statement())``.
    kind, text : str
        Name and text of what happened.
    traceback : str
        As the kernel sent it, without terminal colours.
    """

    def __init__(self, cell: str, kind: str, text: str, *, traceback: str = "") -> None:
        super().__init__(f"{cell}: {kind}: {text}" if text else f"{cell}: {kind}")
        self.cell, self.kind, self.text, self.traceback = cell, kind, text, traceback


def execute(
    template: Template,
    values: Mapping[str, Any],
    *,
    output: Path,
    folder: Path,
    timeout: float | None = None,
    forks: Path | None = None,
    progress: CellProgress | None = None,
) -> Execution:
    """Execute a template in a fresh kernel that starts in `folder`.

    Parameters
    ----------
    template : Template
        The notebook; it is not changed.
    values : mapping
        Parameters, as plain values.
    output : Path
        Where the executed notebook is written, as far as it came; its folder is the run's.
    folder : Path
        The project's folder.
    timeout : float, optional
        Seconds that one cell may take; default without limit.
    forks : Path, optional
        Where a fork server listens (`valuekit.runs.execution.forked_kernel`); default a cold kernel.
    progress : callable, optional
        Told when a cell begins, and what long work in it says.

    Raises
    ------
    CellFailed
        If the notebook did not come to its end, judged by its cells.
    """
    from valuekit.runs.execution.kernel import kernel_manager, started  # noqa: PLC0415 -- as papermill: only then

    began = time.monotonic()
    notebook = with_parameters(template, values)
    notebook["metadata"] = _metadata_of(notebook, values)
    output.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")
    watch = _Watch(notebook["cells"], progress)
    with tempfile.TemporaryDirectory(prefix="vk", ignore_cleanup_errors=True) as private:
        try:
            manager = kernel_manager(run_folder=output.parent.resolve(), private=Path(private), forks=forks)
            with _quiet(), started(manager, folder) as kernel:
                _run(output, kernel, private=Path(private), timeout=timeout, watch=watch)
        finally:
            executed = _without_paths(output, template)
    _judge(executed)
    return Execution(len(notebook["cells"]), time.monotonic() - began)


class _Watch:
    """Knows which cell is being executed, for progress and for the message when the kernel dies."""

    def __init__(self, cells: list[Any], progress: CellProgress | None) -> None:
        self.cells, self.progress, self.position = cells, progress, 0

    def begin(self, cell: Any, cell_index: int) -> None:  # noqa: ARG002 -- nbclient names the arguments
        self.position = cell_index
        self._tell("")

    def write(self, text: str) -> None:
        """Take what the cell wrote on stderr: long work says how far it is (papermill's ``stderr_file``)."""
        for line in text.splitlines():
            if line.startswith(_SAID):
                self._tell(line.removeprefix(_SAID))

    def flush(self) -> None:
        """Nothing is held back."""

    def _tell(self, said: str) -> None:
        if self.progress is not None:
            self.progress(self.position + 1, len(self.cells), said)

    @property
    def where(self) -> str:
        return place(self.position, self.cells)


def _metadata_of(notebook: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    block = {"parameters": dict(values), "default_parameters": {}, "environment_variables": {}}
    version = metadata.version("papermill")
    return {**notebook.get("metadata", {}), "papermill": {**block, "version": version}}


def _run(output: Path, kernel: Any, *, private: Path, timeout: float | None, watch: _Watch) -> None:
    # Most of a second to import, in which the kernel starts.
    import papermill  # noqa: PLC0415
    from nbclient.exceptions import CellTimeoutError, DeadKernelError  # noqa: PLC0415
    from papermill.exceptions import PapermillExecutionError  # noqa: PLC0415

    try:
        papermill.execute_notebook(
            str(output),
            str(output),
            kernel_name="python3",
            progress_bar=False,
            start_timeout=_START_TIMEOUT,
            execution_timeout=timeout,
            on_cell_start=watch.begin,
            stderr_file=watch,
            # Saved at the end, however it ends, instead of twice a cell: that was a tenth of a run.
            request_save_on_cell_execute=False,
            engine_name=_engine(),
            kept=str(output),
            kernel=kernel,
        )
    except PapermillExecutionError:
        return  # the cell's own words are in the notebook; _judge reads them there
    except DeadKernelError:
        raise CellFailed(
            watch.where, "the kernel died", "killed, or out of memory", traceback=_log(private)
        ) from None
    except CellTimeoutError:
        raise CellFailed(
            watch.where, "time-out", f"the cell took longer than {timeout:g} s (--timeout)"
        ) from None
    except RuntimeError as error:
        text = str(error).strip()
        raise CellFailed(
            watch.where, "the kernel did not start or answer", text, traceback=_log(private)
        ) from error


@cache
def _engine() -> str:
    """Name of papermill's own engine, but for a kernel that runs already, and for saving whatever happens."""
    from papermill.clientwrap import PapermillNotebookClient  # noqa: PLC0415
    from papermill.engines import NBClientEngine, papermill_engines  # noqa: PLC0415
    from papermill.iorw import write_ipynb  # noqa: PLC0415

    class SavingEngine(NBClientEngine):  # type: ignore[misc]
        @classmethod
        def execute_managed_notebook(
            cls, nb_man: Any, kernel_name: str, *, kept: str, kernel: Any, **options: Any
        ) -> None:
            client = PapermillNotebookClient(
                nb_man,
                km=kernel,
                kernel_name=kernel_name,
                startup_timeout=options["start_timeout"],
                timeout=options["execution_timeout"],
                on_cell_start=options["on_cell_start"],
                stderr_file=options["stderr_file"],
            )
            client.owns_km = True  # and ends the kernel as one that it had started
            try:
                client.execute()
            except BaseException:
                write_ipynb(nb_man.nb, kept)
                raise

    papermill_engines.register("valuekit", SavingEngine)
    return "valuekit"


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what is no news to the reader off the terminal: failures are reported by us, once."""
    loggers = [logging.getLogger(name) for name in ("papermill", "traitlets", "asyncio")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _log(private: Path) -> str:
    """What the kernel's process said outside of any cell, such as a crash in compiled code."""
    log = private / "kernel.log"
    return log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""


def _without_paths(output: Path, template: Template) -> dict[str, Any]:
    """Name template and result relative to project and run: no path of this machine leaves it."""
    notebook: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
    block = notebook["metadata"]["papermill"]
    block["input_path"], block["output_path"] = template.path.as_posix(), output.name
    output.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return notebook


def _judge(notebook: Mapping[str, Any]) -> None:
    found = first_unclean(notebook)
    if found is not None:
        raise _failure(found)


def _failure(found: Unclean) -> CellFailed:
    traceback = _COLOURS.sub("", "\n".join(found.traceback))
    return CellFailed(found.cell, found.kind or found.problem, found.text, traceback=traceback)

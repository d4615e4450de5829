"""One run to be made, and what came of it, as values that travel between processes."""

from dataclasses import dataclass
from pathlib import Path

from valuekit.errors import ValuekitError
from valuekit.runs.publication.options import RunOptions
from valuekit.runs.publication.steps import Step, Watch


@dataclass(frozen=True, slots=True)
class Job:
    """A run to be made.

    Attributes
    ----------
    params : Path
        The params file.
    overrides : tuple of str
        ``KEY=VALUE``.
    name : str
        Of the run; that of the file if empty.
    digest : str
        What the run must depend on; empty if nobody has looked. A worker elsewhere that finds another
        digest has other inputs, another notebook or another version.
    """

    params: Path
    overrides: tuple[str, ...] = ()
    name: str = ""
    digest: str = ""

    @property
    def shown(self) -> str:
        """What progress calls it."""
        return self.name or self.params.stem


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one job.

    Attributes
    ----------
    params : Path
        The file.
    folder : Path or None
        The published run; None if there is none.
    figures : int
        Headline figures of its page.
    seconds : float
        Wall time of its notebook.
    notes : tuple of str
        What whoever started it should know.
    error : str
        Why there is no run; empty if there is one.
    exit_code : int
        0, or that of the error. Text and number, since an outcome travels between processes.
    """

    params: Path
    folder: Path | None = None
    figures: int = 0
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    error: str = ""
    exit_code: int = 0


def do(job: Job, options: RunOptions, watch: Watch) -> Outcome:
    """Make a run; what goes wrong is in the outcome."""
    from valuekit.runs.publication.publish import run_params  # noqa: PLC0415 -- checking comes first and needs none of it

    try:
        result = run_params(
            job.params, job.overrides, options=options, watch=watch, name=job.name, digest=job.digest
        )
    except ValuekitError as error:
        watch(Step(job.shown, "failed", ended=True))
        return Outcome(job.params, error=str(error), exit_code=error.exit_code)
    watch(Step(job.shown, "published", ended=True))
    return Outcome(job.params, result.folder, result.figures, result.seconds, result.notes)

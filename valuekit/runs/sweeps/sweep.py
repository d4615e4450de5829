"""One params file under every combination of some values: each a run of its own, and a summary of all."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from valuekit.errors import InvalidInput
from valuekit.report.drawing_service import drawing_service
from valuekit.runs.execution.preload import modules_for
from valuekit.runs.params.checking import check_each
from valuekit.runs.params.params import Params
from valuekit.runs.publication.jobs import Job, Outcome
from valuekit.runs.publication.options import RunOptions
from valuekit.runs.publication.steps import Step, Watch, unwatched
from valuekit.runs.publication.workers import outcomes_of
from valuekit.runs.record.digests import canonical
from valuekit.runs.record.identity import run_digest
from valuekit.runs.sweeps.combinations import Combination, Dimension, combinations, read_dimensions
from valuekit.runs.sweeps.finished import finished_run


@dataclass(frozen=True, slots=True)
class SweepOptions:
    """How a sweep is made.

    Attributes
    ----------
    out : Path
        Folder of the runs.
    workers : int
        Runs at a time on this machine.
    timeout : float or None
        Seconds that one cell may take.
    key : Path or None
        Signs the runs.
    audited : bool
        A kernel of its own for each run, started as `valuekit run` starts it.
    again : bool
        Make also those runs again that are finished.
    dask : str
        Address of a dask scheduler, whose workers make the runs; empty for this machine.
    """

    out: Path
    workers: int = 1
    timeout: float | None = None
    key: Path | None = None
    audited: bool = False
    again: bool = False
    dask: str = ""


@dataclass(frozen=True, slots=True)
class SweepRun:
    """One combination of a sweep.

    Attributes
    ----------
    combination : Combination
        Its values.
    job : Job
        What it runs.
    outcome : Outcome or None
        What came of it; None before.
    before : bool
        Whether it was finished before this sweep began.
    """

    combination: Combination
    job: Job
    outcome: Outcome | None = None
    before: bool = False


@dataclass(frozen=True, slots=True)
class Sweep:
    """All runs of a sweep.

    Attributes
    ----------
    name : str
        Of the params file.
    digest : str
        Of what all its runs depend on: the same sweep has the same one, and is summed up in the same folder.
    dimensions : tuple of Dimension
        The keys that were varied.
    params : Params
        Of the first combination.
    runs : tuple of SweepRun
        In the order of the combinations.
    """

    name: str
    digest: str
    dimensions: tuple[Dimension, ...]
    params: Params
    runs: tuple[SweepRun, ...]

    @property
    def failed(self) -> list[SweepRun]:
        """Runs that failed."""
        return [run for run in self.runs if run.outcome is not None and run.outcome.exit_code]


def plan_sweep(path: Path, over: Sequence[str], overrides: Sequence[str] = ()) -> Sweep:
    """Check every combination of a sweep; nothing is started and nothing is written.

    Parameters
    ----------
    path : Path
        The params file.
    over : sequence of str
        ``KEY=V1,V2``.
    overrides : sequence of str
        ``KEY=VALUE`` for all of them.

    Raises
    ------
    InvalidInput
        With everything that is wrong in any combination.
    """
    dimensions = read_dimensions(over, overrides)
    every = combinations(dimensions)
    checked = check_each((path, (*overrides, *one.overrides)) for one in every)
    digests = [run_digest(params) for params in checked]
    _all_differ(every, digests)
    runs = tuple(
        SweepRun(one, Job(path, (*overrides, *one.overrides), f"{path.stem}.{one.name}", digest))
        for one, digest in zip(every, digests, strict=True)
    )
    whole = hashlib.sha256(canonical([path.stem, *digests])).hexdigest()
    return Sweep(path.stem, whole, tuple(dimensions), checked[0], runs)


def _all_differ(every: Sequence[Combination], digests: Sequence[str]) -> None:
    first: dict[str, Combination] = {}
    for one, digest in zip(every, digests, strict=True):
        if digest in first:
            problem = f"is the same run as {first[digest].words}"
            raise InvalidInput.at(f"--over {one.words}", problem, "name each value once")
        first[digest] = one


def run_sweep(
    sweep: Sweep,
    options: SweepOptions,
    *,
    watch: Watch = unwatched,
    ended: Callable[[SweepRun], None] = lambda _: None,
) -> Sweep:
    """Make the runs that are not finished; failures do not stop the rest.

    Parameters
    ----------
    sweep : Sweep
        From `plan_sweep`.
    options : SweepOptions
        How.
    watch : callable
        Told every step of every run.
    ended : callable
        Told every run that has ended, finished ones first.
    """
    runs = [_as_found(run, options) for run in sweep.runs]
    for run in runs:
        if run.before:
            ended(run)
    left = [place for place, run in enumerate(runs) if not run.before]
    jobs = [runs[place].job for place in left]
    for position, outcome in _made(sweep, jobs, options, watch) if jobs else ():
        place = left[position]
        runs[place] = replace(runs[place], outcome=outcome)
        ended(runs[place])
    return replace(sweep, runs=tuple(runs))


def _as_found(run: SweepRun, options: SweepOptions) -> SweepRun:
    if options.again:
        return run
    folder = finished_run(options.out, run.job.name, run.job.digest, audited=options.audited)
    return run if folder is None else replace(run, outcome=Outcome(run.job.params, folder), before=True)


def _made(
    sweep: Sweep, jobs: Sequence[Job], options: SweepOptions, watch: Watch
) -> Iterator[tuple[int, Outcome]]:
    if options.dask:
        from valuekit.runs.sweeps.sweep_dask import outcomes_from  # noqa: PLC0415 -- an optional extra

        cold = RunOptions(options.out, options.timeout, key=options.key)
        yield from outcomes_from(jobs, cold, address=options.dask, again=options.again)
        return
    with drawing_service(), _kernels(sweep, options, watch) as forks:
        how = RunOptions(options.out, options.timeout, forks, options.key)
        yield from outcomes_of(jobs, how, workers=options.workers, watch=watch)


@contextmanager
def _kernels(sweep: Sweep, options: SweepOptions, watch: Watch) -> Iterator[Path | None]:
    """Where kernels are forked; None where each is to be, or can only be, a process of its own."""
    from valuekit.runs.execution.forked_kernel import CAN_FORK, fork_server  # noqa: PLC0415 -- loads jupyter_client

    if options.audited or not CAN_FORK:
        yield None
        return
    with fork_server(modules_for(sweep.params.template)) as server:
        if not server.is_ready():
            watch(Step(sweep.name, "kernels cannot be forked here: each run gets a cold one"))
            yield None
            return
        yield server.address

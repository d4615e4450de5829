"""How a run is made, beside what its params file says: where it is put, how long a cell may take."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

OUTPUTS: Final = Path("outputs")


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Options of a run that change nothing in what it computes; plain values, since they travel to workers.

    Attributes
    ----------
    out : Path
        Folder of the runs.
    timeout : float or None
        Seconds that one cell may take; None without limit.
    key : Path or None
        With which runs are signed; None for the key that VALUEKIT_KEY names, if it names one.
    forks : Path or None
        Where a fork server listens that makes the kernels; None for a cold kernel each.
    """

    out: Path = OUTPUTS
    timeout: float | None = None
    forks: Path | None = None
    key: Path | None = None

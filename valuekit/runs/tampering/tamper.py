"""Tamper with copies of a run in every way there is a name for, and see which check names each."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from valuekit.errors import RunFailed
from valuekit.runs.tampering.forgeries import MENDED, mend
from valuekit.runs.tampering.mutations import PLAIN, Mutation, byte_flips
from valuekit.runs.verification.checks import Given
from valuekit.runs.verification.verify import Verification, verify


@dataclass(frozen=True, slots=True)
class Tampered:
    """What came of one mutation.

    Attributes
    ----------
    kind : str
        What was done.
    mended : bool
        Whether the record's digests were mended afterwards.
    caught_by : tuple of str
        Names of the checks that failed; empty if nobody noticed.
    detail : str
        What the first of them said.
    """

    kind: str
    mended: bool
    caught_by: tuple[str, ...]
    detail: str


def tamper(folder: Path, given: Given | None = None) -> Iterator[Tampered]:
    """Apply every mutation that fits a run to a copy of its own, and verify the copy.

    Parameters
    ----------
    folder : Path
        A run, which is only read.
    given : Given, optional
        Trusted keys, for a run that is signed.

    Raises
    ------
    RunFailed
        If the run fails before anything was done to it.
    """
    before = verify(folder, given)
    if not before.ok:
        raise RunFailed(f"{folder.as_posix()} fails as it is: {', '.join(before.failed)}")
    with TemporaryDirectory() as place:
        for number, mutation in enumerate([*byte_flips(folder), *PLAIN, *MENDED]):
            copy = Path(place) / str(number) / folder.parent.name / folder.name
            shutil.copytree(folder, copy, symlinks=True)
            result = apply(mutation, copy, given)
            if result is not None:
                failed = [check for check in result.checks if not check.ok]
                said = failed[0].detail if failed else ""
                yield Tampered(mutation.kind, mutation.mended, result.failed, said)
            shutil.rmtree(Path(place) / str(number))


def apply(mutation: Mutation, copy: Path, given: Given | None = None) -> Verification | None:
    """Apply a mutation to a folder and verify it; None if the run has nothing of the sort."""
    if not mutation.apply(copy):
        return None
    if mutation.mended:
        mend(copy)
    return verify(copy, given)

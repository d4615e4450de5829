"""The tree of exceptions, and findings: wrong data is a value, wrong use is an exception.

::

    ValuekitError
    ├── InvalidInput     what was given is wrong; nothing was started (exit code 2)
    └── RunFailed        the run, or what was checked, failed (exit code 1)
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: where, what, and what to do about it.

    Attributes
    ----------
    source : str
        File with row, key or column, as a reader would look it up.
    problem : str
        What was found there.
    remedy : str
        What would mend it.
    """

    source: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        """Read as one line: ``source: problem; remedy``."""
        return f"{self.source}: {self.problem}; {self.remedy}"


class ValuekitError(Exception):
    """Whatever valuekit raises on purpose."""

    exit_code = 1


class InvalidInput(ValuekitError):
    """Wrong use or wrong input, found before anything was started.

    Parameters
    ----------
    findings : sequence of Finding
        Everything that is wrong, not only the first thing.
    """

    exit_code = 2

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))

    def __reduce__(self) -> tuple[type["InvalidInput"], tuple[tuple[Finding, ...]]]:
        """Keep the findings when another process raises it."""
        return type(self), (self.findings,)

    @classmethod
    def at(cls, source: str, problem: str, remedy: str) -> "InvalidInput":
        """Raise for one finding without building the list by hand."""
        return cls([Finding(source, problem, remedy)])


class RunFailed(ValuekitError):
    """A run started and did not succeed, or a check did not hold."""

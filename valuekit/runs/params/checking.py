"""Several runs are checked before any is started: everything that is wrong is said at once."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from valuekit.errors import Finding, InvalidInput
from valuekit.runs.inputs.readings import reading_findings
from valuekit.runs.params.params import Params, check_params


def check_each(requests: Iterable[tuple[Path, Sequence[str]]]) -> list[Params]:
    """Check params files, each with its overrides.

    Parameters
    ----------
    requests : iterable of (Path, sequence of str)
        A file, and ``KEY=VALUE`` as on the command line.

    Returns
    -------
    list of Params
        In the same order.

    Raises
    ------
    InvalidInput
        With what is wrong in any of them; inputs are read only if nothing else is wrong, and once however
        many runs read them alike.
    """
    findings: list[Finding] = []
    checked: list[Params] = []
    for path, overrides in requests:
        try:
            checked.append(check_params(path, overrides))
        except InvalidInput as error:
            findings += error.findings
    if not findings:
        findings = [finding for params in _reading_alike(checked) for finding in reading_findings(params)]
    if findings:
        raise InvalidInput(list(dict.fromkeys(findings)))
    return checked


def _reading_alike(every: Iterable[Params]) -> list[Params]:
    """One of all that read the same inputs in the same way."""
    return list({repr((params.template.name, params.inputs)): params for params in every}.values())

"""Read ledgers, rules, prices, drivers and claims before a kernel is started: wrong ones cost a second."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from valuekit.errors import Finding, InvalidInput
from valuekit.runs.inputs.inputs import ResolvedInput
from valuekit.runs.params.params import Params

#: Larger files are read by the notebook alone: what is wrong with them ends the run in the same way.
LARGEST: Final = 256 << 20


def reading_findings(params: Params) -> list[Finding]:
    """What is wrong inside the inputs of a value assessment; nothing for other notebooks."""
    if params.template.name != "value_assessment":
        return []
    given = {source.name: source for source in params.inputs}
    findings: list[Finding] = []
    for name, read in _READERS.items():
        if name in given and given[name].size <= LARGEST:
            try:
                read(given[name].path, given)
            except InvalidInput as error:
                findings += error.findings
    return findings


def _rules(path: Path, given: dict[str, ResolvedInput]) -> object:
    from valuekit.attribution.rules import Rules  # noqa: PLC0415 -- readers are loaded only to read
    from valuekit.frames.schemas import LEDGER  # noqa: PLC0415

    mapped = given["ledger"].columns if "ledger" in given else {}
    return Rules.load(path, columns=[name for name in mapped if name not in LEDGER.names])


def _ledger(path: Path, given: dict[str, ResolvedInput]) -> object:
    from valuekit.frames.read import read_ledger  # noqa: PLC0415

    return read_ledger(path, columns=given["ledger"].columns, sheet=given["ledger"].sheet)


def _prices(path: Path, given: dict[str, ResolvedInput]) -> object:
    from valuekit.frames.read import read_prices  # noqa: PLC0415

    return read_prices(path, columns=given["prices"].columns)


def _drivers(path: Path, given: dict[str, ResolvedInput]) -> object:
    from valuekit.frames.read import read_drivers  # noqa: PLC0415

    return read_drivers(path, columns=given["drivers"].columns)


def _claims(path: Path, given: dict[str, ResolvedInput]) -> object:
    from valuekit.frames.read import read_claims  # noqa: PLC0415

    return read_claims(path, columns=given["claims"].columns)


_READERS: Final[dict[str, Callable[[Path, Any], object]]] = {
    "rules": _rules,
    "ledger": _ledger,
    "prices": _prices,
    "drivers": _drivers,
    "claims": _claims,
}

"""A run held against the parameter register: which values are approved, and by what they are not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from valuekit.runs.vouching.register import INSIDE, NONE, OUTSIDE, Register, RegisterEntry

_OPTIONAL = ("seed", "language")


@dataclass(frozen=True, slots=True)
class Judged:
    """One parameter and the entry that allows it.

    Attributes
    ----------
    name : str
        Of the parameter.
    value : Any
        As used.
    entry : RegisterEntry or None
        That allows it; None if none does.
    problem : str
        Why none does; empty if one does.
    """

    name: str
    value: Any
    entry: RegisterEntry | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A run held against a register.

    Attributes
    ----------
    state : str
        ``none`` without a register, ``inside`` or ``outside``.
    parameters : tuple of Judged
        What was judged: all parameters, and of seed, language and inputs those that the register names.
    """

    state: str
    parameters: tuple[Judged, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """What is not approved, and why."""
        return tuple(f"{one.name}: {one.problem}" for one in self.parameters if one.problem)


@dataclass(frozen=True, slots=True)
class InputFacts:
    """What an input is known by: where it came from, and its digest."""

    origin: str
    sha256: str


def judge(
    register: Register | None, used: Mapping[str, Any], *, inputs: Mapping[str, InputFacts], moment: datetime
) -> Judgement:
    """Hold what a run uses against a register.

    Parameters
    ----------
    register : Register or None
        None for a project that keeps none: then nothing is claimed.
    used : mapping
        ``notebook``, ``language``, ``seed`` and ``parameters``, as in ``params.yaml``.
    inputs : mapping
        By name; an entry for ``inputs.NAME`` allows an origin or a digest.
    moment : datetime
        When the run begins, UTC: an approval must stand by then.
    """
    if register is None:
        return Judgement(NONE)
    notebook = Path(str(used["notebook"])).stem
    named = register.names(notebook)
    optional = {name: used[name] for name in _OPTIONAL if name in named}
    judged = [_judged(register, notebook, name, [value], moment) for name, value in optional.items()]
    judged += [
        _judged(register, notebook, name, [value], moment) for name, value in dict(used["parameters"]).items()
    ]
    judged += [
        _judged(register, notebook, f"inputs.{name}", [facts.origin, facts.sha256], moment)
        for name, facts in inputs.items()
        if f"inputs.{name}" in named
    ]
    state = OUTSIDE if any(one.problem for one in judged) else INSIDE
    return Judgement(state, tuple(judged))


def _judged(register: Register, notebook: str, name: str, values: list[Any], moment: datetime) -> Judged:
    entries = register.of(notebook, name)
    fitting = [entry for entry in entries if any(entry.allows(value) for value in values)]
    allowing = next((entry for entry in fitting if entry.in_force(moment)), None)
    if allowing is not None:
        return Judged(name, values[0], allowing)
    return Judged(name, values[0], None, "; ".join(_reasons(entries, fitting, values[0], moment)))


def _reasons(
    entries: list[RegisterEntry], fitting: list[RegisterEntry], value: Any, moment: datetime
) -> Iterator[str]:
    if not entries:
        yield "not in the register"
    elif not fitting:
        allowed = " or ".join(
            dict.fromkeys(entry.allowed_words for entry in entries if entry.in_force(moment))
        )
        yield f"{value!r} is not approved (approved: {allowed or 'nothing any more'})"
    for entry in fitting:
        if entry.since > moment:
            yield f"{value!r} was approved on {entry.since:%Y-%m-%d}, after the run began"
        elif entry.until is not None:
            yield f"the approval of {value!r} ended on {entry.until:%Y-%m-%d}"

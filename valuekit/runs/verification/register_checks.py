"""Whether the parameters were approved before the run, by the register that the run keeps a copy of."""

import json
from collections.abc import Iterator
from urllib.parse import quote

from valuekit.errors import InvalidInput
from valuekit.runs.record.crate import ACTION, REGISTER
from valuekit.runs.verification.loaded import LoadedRun
from valuekit.runs.verification.not_held import NotHeld
from valuekit.runs.vouching.entries import read_moment
from valuekit.runs.vouching.judgement import InputFacts, Judgement, judge
from valuekit.runs.vouching.register import INSIDE, NONE, REGISTER_COPY


def registered(run: LoadedRun) -> Iterator[str]:
    """What record, status and page say of the register, held against the register itself.

    A run outside the register that says so everywhere holds this check: it is marked, not forged.

    Raises
    ------
    NotHeld
        If the run was made without a register.
    """
    try:
        judgement = judged_again(run)
    except InvalidInput as error:
        yield f"{REGISTER_COPY}: {error}"
        return
    recorded = run.entities.get(REGISTER, {}).get("value", NONE)
    if recorded != judgement.state:
        yield f"the record says {recorded!r}, by {REGISTER_COPY} the run is {judgement.state!r}"
    status = json.loads(run.text("status.json"))
    if (status.get("register", NONE), status.get("not_approved", [])) != (
        judgement.state, list(judgement.problems),
    ):  # fmt: skip
        yield f"status.json says {status.get('register', NONE)!r} of the register, or does not say why"
    yield from _entries_differ(run, judgement)
    if judgement.state == NONE:
        raise NotHeld("no parameter register: nothing is claimed of who approved the parameters")


def registered_words(run: LoadedRun) -> str:
    """What the register says of the run, for a run of which `registered` finds nothing wrong."""
    judgement = judged_again(run)
    if judgement.state == INSIDE:
        return f"all {len(judgement.parameters)} parameters were approved before the run, by {REGISTER_COPY}"
    return f"NOT APPROVED, and marked so: {'; '.join(judgement.problems)}"


def judged_again(run: LoadedRun) -> Judgement:
    """The run held against its copy of the register, as it was when the run began.

    Raises
    ------
    InvalidInput
        If the copy is no register.
    ValueError
        If the record does not say when the run began.
    """
    moment = read_moment(str(run.entities[ACTION].get("startTime")))
    if moment is None:
        raise ValueError("the record does not say when the run began")
    return judge(run.register, run.params, inputs=_inputs(run), moment=moment)


def _inputs(run: LoadedRun) -> dict[str, InputFacts]:
    found = ((name, run.entities.get(f"#input/{name}", {})) for name in run.params.get("inputs") or {})
    return {name: InputFacts(str(e.get("identifier")), str(e.get("sha256"))) for name, e in found}


def _entries_differ(run: LoadedRun, judgement: Judgement) -> Iterator[str]:
    for one in judgement.parameters:
        recorded = run.entities.get(f"{REGISTER}/{quote(one.name)}", {})
        value = one.entry.allowed_words if one.entry else one.problem
        said = one.entry.approval_words if one.entry else "not approved"
        if (recorded.get("value"), recorded.get("description")) != (value, said):
            yield f"the record gives another approval of {one.name} than {REGISTER_COPY}"

"""How a run stands before it begins: with which key it will be signed, and whether the register allows it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from valuekit.errors import InvalidInput
from valuekit.runs.params.params import Params
from valuekit.runs.vouching.judgement import InputFacts, Judgement, judge
from valuekit.runs.vouching.keys import SigningKey, chosen_key
from valuekit.runs.vouching.register import REGISTER_FILE, Register, project_register
from valuekit.runs.vouching.trust import RUN, TRUSTED, read_trust


@dataclass(frozen=True, slots=True)
class Standing:
    """What is settled of a run before its first cell.

    Attributes
    ----------
    judgement : Judgement
        Its parameters held against the register.
    register : Register or None
        Of the project.
    key : SigningKey or None
        With which the run will be signed.
    signer : str
        Whose the key is by the project's trusted keys; empty where these do not say.
    """

    judgement: Judgement
    register: Register | None = None
    key: SigningKey | None = None
    signer: str = ""


def standing_of(params: Params, moment: datetime, *, folder: Path, key: Path | None = None) -> Standing:
    """Read register and key, and hold the parameters against the register.

    Parameters
    ----------
    params : Params
        As they will be used.
    moment : datetime
        When the run begins, UTC.
    folder : Path
        The project.
    key : Path, optional
        The key file; default the one that VALUEKIT_KEY names, if it names one.

    Raises
    ------
    InvalidInput
        If register, trusted keys or key are wrong, or the key is not for signing runs.
    """
    register, signing = project_register(folder), chosen_key(key)
    judgement = judge(register, params.as_used(), inputs=_facts(params), moment=moment)
    signer = "" if signing is None else _signer(signing, folder, moment)
    return Standing(judgement, register, signing, signer)


def register_notes(params: Params, folder: Path) -> list[str]:
    """What `valuekit check` says: parameters that the register does not allow today.

    Raises
    ------
    InvalidInput
        If the register is wrong.
    """
    judgement = judge(
        project_register(folder), params.as_used(), inputs=_facts(params), moment=datetime.now(UTC)
    )
    return not_approved_notes(params, judgement)


def not_approved_notes(params: Params, judgement: Judgement) -> list[str]:
    """One line for every value that the register does not allow."""
    return [
        f"{params.source}: NOT APPROVED: {problem} ({REGISTER_FILE.as_posix()})"
        for problem in judgement.problems
    ]


def _facts(params: Params) -> dict[str, InputFacts]:
    return {given.name: InputFacts(given.origin, given.sha256) for given in params.inputs}


def _signer(key: SigningKey, folder: Path, moment: datetime) -> str:
    """Refuse now what verify would refuse later."""
    path = folder / TRUSTED
    if not path.exists():
        return ""
    known = read_trust(path).keys.get(key.key_id)
    if known is None:
        return ""
    if problem := known.problem(RUN, moment):
        raise InvalidInput.at(
            TRUSTED.as_posix(), problem, "sign with another key, or correct the entry if it is wrong"
        )
    return known.name

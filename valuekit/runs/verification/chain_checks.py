"""Whether a run stands where it says among the runs of its name."""

import re
from collections.abc import Iterator
from typing import Any, Final

from valuekit.runs.record.crate import ACTION, CRATE, PREVIOUS, read_crate, seal_of
from valuekit.runs.record.digests import SHORT
from valuekit.runs.verification.loaded import LoadedRun
from valuekit.runs.vouching.chain import FIRST, completed_runs

_RUN_ID: Final = re.compile("[0-9A-Za-z][0-9A-Za-z-]{0,99}")


def chained(run: LoadedRun) -> Iterator[str]:
    """What is wrong with the run before this one, as far as it lies beside it."""
    link = run.entities.get(PREVIOUS)
    if link is None:
        yield "the record does not say which run came before"
        return
    named, seal = str(link.get("value")), link.get("sha256")
    if named == FIRST:
        if seal is not None:
            yield "the record says that this is the first run, and yet gives a digest of one before"
    elif not _RUN_ID.fullmatch(named) or named == _own_id(run):
        yield f"the record names {named!r} as the run before, which is no other run of its name"
        return
    elif (beside := run.folder.resolve().parent / named / CRATE).is_file() and seal_of(beside.parent) != seal:
        yield f"the record of {named} is not the one that this run followed ({str(seal)[:SHORT]!r})"
    yield from _left_out(run, named)


def chained_words(run: LoadedRun) -> str:
    """Which run came before, and whether it could be looked at."""
    named = str(run.entities[PREVIOUS]["value"])
    if named == FIRST:
        return "the first run of its name"
    if (run.folder.resolve().parent / named / CRATE).is_file():
        return f"follows {named}, whose record is unchanged"
    return f"follows {named}, which does not lie beside it and was not compared"


def _left_out(run: LoadedRun, named: str) -> Iterator[str]:
    """Runs that had ended before this one began, and are later than the one that it names."""
    folder = run.folder.resolve()
    began, name = str(run.entities[ACTION].get("startTime")), _name(run.entities)
    for other in completed_runs(folder.parent):
        if (named == FIRST or other.name > named) and other.name < folder.name:
            try:
                entities = read_crate(other / CRATE)
                ended = str(entities[ACTION]["endTime"])
            except (OSError, ValueError, KeyError, TypeError):
                continue  # its own verification says what is wrong with it
            if ended < began and _name(entities) == name:
                before = "it is the first" if named == FIRST else f"it followed {named}"
                yield f"{other.name!r} had ended before this run began, and the record says that {before}"


def _own_id(run: LoadedRun) -> str:
    return str(run.entities.get("./", {}).get("identifier"))


def _name(entities: dict[str, dict[str, Any]]) -> str:
    """The name of the params file, under which the runs stand in one folder."""
    root = entities.get("./", {})
    return str(root.get("name")).removesuffix(str(root.get("identifier"))).strip()

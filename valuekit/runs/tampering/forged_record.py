"""What a forger does to the record: digests, totals, versions, dates, the run before."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from valuekit.runs.record.crate import ACTION, PREVIOUS
from valuekit.runs.tampering.mutations import Forgery, in_record, other_digit

Entities = dict[str, dict[str, Any]]

_FAILED: Final = "http://schema.org/FailedActionStatus"


def in_entity(name: str, key: str, value: Any) -> Callable[[Path], bool]:
    """Another value of one entity of the record."""

    def change(entities: Entities) -> bool:
        if name not in entities:
            return False
        entities[name][key] = value
        return True

    return in_record(change)


def _first_input(key: str) -> Callable[[Path], bool]:
    def change(entities: Entities) -> bool:
        for name, entity in entities.items():
            if name.startswith("#input/") and (key in entity if key == "sha256" else "/total/" in name):
                entity[key] = other_digit(str(entity[key]))
                return True
        return False

    return in_record(change)


def _earlier(entities: Entities) -> bool:
    for key in ("startTime", "endTime"):
        entities[ACTION][key] = "2001" + entities[ACTION][key][4:]
    return True


RECORD: Final[tuple[Forgery, ...]] = (
    ("input's digest in the record", _first_input("sha256")),
    ("control total in the record", _first_input("value")),
    ("version in the record", in_entity("#package/valuekit", "version", "9.9.9")),
    ("template in the record", in_entity("#template", "version", "0" * 64)),
    ("platform in the record", in_entity("#platform", "value", "another machine")),
    ("dates in the record", in_record(_earlier)),
    ("run digest in the record", in_entity("./", "sha256", "0" * 64)),
    ("status in the record", in_entity(ACTION, "actionStatus", {"@id": _FAILED})),
    ("run before, in the record", in_entity(PREVIOUS, "value", "../another")),
)  # fmt: skip

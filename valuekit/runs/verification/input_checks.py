"""Whether originals that were handed over are the inputs of a run: digests, control totals."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from valuekit.runs.inputs.csv_controls import csv_control_total
from valuekit.runs.record.digests import SHORT, digest_of
from valuekit.runs.verification.contents import contents_of
from valuekit.runs.verification.loaded import LoadedRun
from valuekit.runs.verification.not_held import NotHeld

_CSV: Final = ".csv"


def tied(run: LoadedRun, originals: Path | None) -> Iterator[str]:
    """Inputs that are missing among the originals, have another content, or other control totals.

    Raises
    ------
    NotHeld
        If no folder of originals was named.
    """
    names = list(run.params.get("inputs", {}))
    recorded = {
        n.removeprefix("#input/") for n in run.entities if n.startswith("#input/") and n.count("/") == 1
    }
    if recorded != {quote(name) for name in names}:
        yield f"params.yaml names the inputs {sorted(names)}, the record {sorted(recorded)}"
        return
    if not names:
        return
    if originals is None:
        raise NotHeld(f"the originals of {', '.join(names)} were not given: --inputs DIR")
    present = contents_of(originals).files
    for name in names:
        entity = run.entities[f"#input/{quote(name)}"]
        file = _original(entity, originals, present)
        if file is None:
            yield (
                f"input {name} ({entity.get('identifier')}): no file below {originals.as_posix()} has its "
                f"{entity.get('contentSize')} bytes with SHA-256 {str(entity.get('sha256'))[:SHORT]}..."
            )
        elif file.suffix.lower() == _CSV:
            yield from _counted(run, name, file)


def tied_words(run: LoadedRun) -> str:
    """What was compared, for a run of which `tied` finds nothing wrong."""
    names = list(run.params.get("inputs", {}))
    if not names:
        return "the run has no inputs"
    told = "the originals have the recorded SHA-256; control totals of CSV files were counted anew"
    return f"{', '.join(names)}: {told}"


def _original(entity: Mapping[str, Any], folder: Path, present: Mapping[str, int]) -> Path | None:
    """The file with the recorded content: the one of that name first, then any of that size."""
    label = str(entity.get("identifier")).rpartition("/")[2]
    sized = [name for name, size in present.items() if str(size) == entity.get("contentSize")]
    likely = sorted(sized, key=lambda name: (name.rpartition("/")[2] != label, name))
    return next((folder / name for name in likely if digest_of(folder / name) == entity.get("sha256")), None)


def _counted(run: LoadedRun, name: str, file: Path) -> Iterator[str]:
    columns = run.params["inputs"][name].get("columns") or {}
    prefix = f"#input/{quote(name)}/"
    recorded = {
        entity["name"]: str(entity["value"]) for key, entity in run.entities.items() if key.startswith(prefix)
    }
    if not recorded:
        return  # none was counted when the run was made
    counted = csv_control_total(file, columns)
    found = {"rows": str(counted.rows)}
    found |= {f"control total {code}": total for code, total in counted.amounts.items()}
    if found != recorded:
        yield f"input {name}: the original has {_words(found)}, the record {_words(recorded)}"


def _words(totals: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in totals.items())

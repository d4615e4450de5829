"""Files that stand in for inputs whose recorded place does not exist here: for a re-performance elsewhere."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

#: Names a JSON file of origins and files; set by `bench` for the kernels that it starts.
VARIABLE: Final = "VALUEKIT_STAND_INS"


def write_stand_ins(files: Mapping[str, Path], path: Path) -> Path:
    """Write which file stands in for which origin, such as ``dataset NAME`` or an absolute path."""
    found = {origin: str(file) for origin, file in files.items()}
    path.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    return path


def stand_in(origin: str) -> Path | None:
    """The file that stands in for an origin; None outside of a re-performance."""
    named = os.environ.get(VARIABLE)
    if not named:
        return None
    found = json.loads(Path(named).read_text(encoding="utf-8")).get(origin)
    return None if found is None else Path(found)

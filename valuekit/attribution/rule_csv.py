"""Rule books as CSV: one row per rule, read into the same nodes as YAML."""

from pathlib import Path

from valuekit.errors import InvalidInput
from valuekit.frames.yaml import Node


def read_rule_csv(path: Path) -> Node:
    raise InvalidInput.at(str(path), "CSV", "use YAML")

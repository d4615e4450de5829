"""Write plain values as YAML 1.2 that reads back equal: text always in quotes, nothing to guess."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

_PLAIN_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*", re.ASCII)
_LAST_OF_FOUR_DIGITS: Final = 0xFFFF
_WORDS: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})


def yaml_text(values: Mapping[str, Any]) -> str:
    """Write a mapping, one key a line, lists of scalars in one line.

    Examples
    --------
    >>> print(yaml_text({"code": "007", "area": {"name": "车联网", "counts": [2, 3]}, "inputs": {}}), end="")
    code: "007"
    area:
      name: "车联网"
      counts: [2, 3]
    inputs: {}
    """
    return "".join(f"{line}\n" for line in _lines(values, ""))


def _lines(values: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield f"{indent}{_key(key)}:"
            yield from _lines(value, indent + "  ")
        else:
            yield f"{indent}{_key(key)}: {_flow(value)}"


def _key(key: str) -> str:
    plain = _PLAIN_KEY.fullmatch(key) and key.lower() not in _WORDS
    return key if plain else _quoted(key)


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_quoted(key)}: {_flow(below)}" for key, below in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return _quoted(value) if isinstance(value, str) else json.dumps(value, allow_nan=False)


def _quoted(text: str) -> str:
    # JSON's quoting is YAML's, but YAML also counts some invisible characters as line breaks.
    return "".join(c if c.isprintable() else _code_point(c) for c in json.dumps(text, ensure_ascii=False))


def _code_point(character: str) -> str:
    point = ord(character)
    return f"\\u{point:04x}" if point <= _LAST_OF_FOUR_DIGITS else f"\\U{point:08x}"

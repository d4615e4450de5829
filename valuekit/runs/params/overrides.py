"""``-p KEY=VALUE``: read by the type of the key, so that 007 stays text where text is wanted."""

import re
from collections.abc import Sequence
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel

from valuekit.errors import Finding, InvalidInput
from valuekit.runs.params.document import KeyPath

_SOURCES: Final = {"path": ("dataset", "sha256"), "dataset": ("path", "sha256")}
_WHOLE: Final = re.compile(r"[+-]?\d+", re.ASCII)
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def split_overrides(pairs: Sequence[str], top: Sequence[str]) -> list[tuple[KeyPath, str]]:
    """Read ``KEY=VALUE`` pairs; a key that is not one of the file's top keys is a parameter.

    Parameters
    ----------
    pairs : sequence of str
        As typed after ``-p``.
    top : sequence of str
        The keys of the file itself, such as ``seed``.

    Raises
    ------
    InvalidInput
        If a pair has no ``=`` or no key.

    Examples
    --------
    >>> split_overrides(["horizon=2030-12", "seed=7"], ["seed"])
    [(('parameters', 'horizon'), '2030-12'), (('seed',), '7')]
    """
    bad = [pair for pair in pairs if not pair.partition("=")[1] or not pair.partition("=")[0].strip()]
    if bad:
        raise InvalidInput(
            [Finding(f"-p {pair}", "is not KEY=VALUE", "write -p horizon=2030-12") for pair in bad]
        )
    found: list[tuple[KeyPath, str]] = []
    for pair in pairs:
        key, _, value = pair.partition("=")
        parts = tuple(key.strip().split("."))
        found.append((parts if parts[0] in top else ("parameters", *parts), value))
    return found


def put(values: dict[str, Any], path: KeyPath, value: object) -> None:
    """Set a value in nested keys; a new source of an input replaces the old one."""
    place = values
    for part in path[:-1]:
        below = place.get(str(part))
        if not isinstance(below, dict):
            below = {}
            place[str(part)] = below
        place = below
    place[str(path[-1])] = value
    if path[0] == "inputs":
        for other in _SOURCES.get(str(path[-1]), ()):
            place.pop(other, None)


def read_text(text: str, model: type[BaseModel], key: str) -> Any:
    """Read the text of an override by the type of a model's field.

    What does not fit is handed on as text, so that the model names it as it names any wrong value.

    Examples
    --------
    >>> from valuekit.runs.params.parameters import ConnectionForecast
    >>> read_text("007", ConnectionForecast, "series"), read_text("36", ConnectionForecast, "threshold")
    ('007', 36.0)
    """
    field = model.model_fields.get(key)
    return text if field is None else _typed(text, field.annotation)


def _typed(text: str, annotation: Any) -> Any:
    if get_origin(annotation) is Annotated:
        return _typed(text, get_args(annotation)[0])
    choices = get_args(annotation) if get_origin(annotation) in {Union, UnionType} else (annotation,)
    if type(None) in choices and text in {"null", ""}:
        return None
    kind = next(choice for choice in choices if choice is not type(None))
    if get_origin(kind) is Annotated:
        return _typed(text, kind)
    if get_origin(kind) in {tuple, list}:
        items = text.strip().removeprefix("[").removesuffix("]").split(",")
        return [_typed(item.strip(), get_args(kind)[0]) for item in items if item.strip()]
    return _scalar(text, kind)


def _scalar(text: str, kind: Any) -> Any:
    if kind is bool:
        return {"true": True, "false": False}.get(text.lower(), text)
    if kind is int:
        return int(text) if _WHOLE.fullmatch(text) else text
    if kind is float:
        return float(text) if _NUMBER.fullmatch(text) else text
    if kind is Any or get_origin(kind) is dict:
        return _yaml(text)
    return text


def _yaml(text: str) -> Any:
    from ruamel.yaml import YAML  # noqa: PLC0415 -- hardly any key is of no type
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    try:
        return YAML(typ="safe", pure=True).load(text)
    except YAMLError:
        return text

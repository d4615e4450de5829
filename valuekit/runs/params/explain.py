"""Turn what a typed model refused into findings that name the mend."""

from collections.abc import Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from valuekit.errors import Finding
from valuekit.runs.params.document import Document, KeyPath
from valuekit.runs.params.near import did_you_mean

# What -p may also have meant: the keys of the file itself.
_TOP_KEYS: Final = ("language", "seed", "notebook")
# What a type wants, in the words of whoever writes a params file.
_WANTED: Final = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "tuple_type": "a list, such as [a, b]",
    "list_type": "a list, such as [a, b]",
    "dict_type": "keys with values, indented below it",
    "model_type": "keys with values, indented below it",
    "model_attributes_type": "keys with values, indented below it",
    "too_short": "at least one item",
}


def findings_of(
    error: ValidationError, document: Document, *, model: type[BaseModel], at: KeyPath = ()
) -> list[Finding]:
    """One finding for each thing the model refused.

    Parameters
    ----------
    error : ValidationError
        What pydantic raised.
    document : Document
        The file, to name the line and to show the value as it was written.
    model : type
        The model that refused; its fields are the allowed keys.
    at : tuple
        Key path of the model in the document.
    """
    seen: dict[str, Finding] = {}
    for detail in error.errors(include_url=False):
        finding = _finding(dict(detail), document, model, at)
        seen.setdefault(finding.source + finding.problem, finding)
    return list(seen.values())


def _finding(detail: dict[str, Any], document: Document, model: type[BaseModel], at: KeyPath) -> Finding:
    context = detail.get("ctx") or {}
    inner = tuple(part for part in detail["loc"] if part != "[key]")
    path = (*at, *inner, *((context["key"],) if "key" in context else ()))
    where = document.where(path)
    kind = detail["type"]
    if kind == "extra_forbidden":
        beside = _TOP_KEYS if path in document.given and len(inner) == 1 else ()
        return _unknown_key(where, str(path[-1]), (*allowed_keys(model, inner[:-1]), *beside))
    if kind == "missing":
        return Finding(where, f"the key {path[-1]!r} is missing", f"add a line '{path[-1]}: ...'")
    if kind == "literal_error":
        return _not_one_of(where, detail["input"], _literal_choices(model, inner))
    if "remedy" in context or "allowed" in context:
        return _custom(where, detail["msg"], context)
    return _wrong_type(where, kind, detail, document.texts.get(path))


def _unknown_key(where: str, key: str, allowed: Sequence[str]) -> Finding:
    return Finding(
        where, f"unknown key {key!r}", f"{did_you_mean(key, allowed)}allowed: {', '.join(allowed) or 'none'}"
    )


def _not_one_of(where: str, found: object, allowed: Sequence[str]) -> Finding:
    return Finding(
        where, f"found {found!r}", f"{did_you_mean(str(found), allowed)}allowed: {', '.join(allowed)}"
    )


def _custom(where: str, message: str, context: Mapping[str, Any]) -> Finding:
    allowed = context.get("allowed", ())
    hint = did_you_mean(str(context.get("text", "")).strip("'"), allowed)
    listed = f"allowed: {', '.join(allowed)}" if allowed else ""
    parts = [part for part in (hint + listed, context.get("remedy", "")) if part]
    return Finding(where, message, ", ".join(parts))


def _wrong_type(where: str, kind: str, detail: dict[str, Any], written: str | None) -> Finding:
    found = describe(detail["input"], written)
    wanted = _WANTED.get(kind)
    if wanted is None:
        return Finding(
            where, f"found {found}", f"allowed: {_lower(str(detail['msg']).removeprefix('Input should be '))}"
        )
    remedy = f"allowed: {wanted}"
    if kind == "string_type" and written is not None:
        remedy += f"; write it in quotes: '{written}'"
    if kind in {"tuple_type", "list_type"} and isinstance(detail["input"], str):
        remedy = f"allowed: a list, such as [{detail['input']}]"
    return Finding(where, f"found {found}", remedy)


def describe(value: object, written: str | None = None) -> str:
    """Say what a value is, as it was written where that is known.

    Examples
    --------
    >>> describe(7, "007")
    'the number 007'
    """
    text = written if written is not None else repr(value)
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"the switch {text}"
    if isinstance(value, int | float):
        return f"the number {text}"
    if isinstance(value, str):
        return f"the text {value!r}"
    names = {
        "list": "a list",
        "dict": "keys with values",
        "date": f"the date {text}",
        "datetime": f"the date {text}",
    }
    return names.get(type(value).__name__, text)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def allowed_keys(model: type[BaseModel], path: KeyPath) -> list[str]:
    """The keys that a model admits at a path inside it."""
    annotation = _annotation_at(model, path)
    return (
        list(annotation.model_fields)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel)
        else []
    )


def _annotation_at(model: type[BaseModel], path: KeyPath) -> Any:
    annotation: Any = model
    for part in path:
        annotation = _step(annotation, part)
    return annotation


def _step(annotation: Any, part: str | int) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        field = annotation.model_fields.get(str(part))
        return _bare(field.annotation) if field else None
    if get_origin(annotation) in {dict, tuple, list}:
        return _bare(get_args(annotation)[-1 if get_origin(annotation) is dict else 0])
    return None


def _bare(annotation: Any) -> Any:
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in {Union, UnionType}:
        rest = [kind for kind in get_args(annotation) if kind is not type(None)]
        return _bare(rest[0]) if len(rest) == 1 else annotation
    return annotation


def _literal_choices(model: type[BaseModel], path: KeyPath) -> list[str]:
    return [str(choice) for choice in get_args(_annotation_at(model, path))]

"""What is not the same in two recipes, as swaps in a fixed order: data, parameters, scope, code, model.

Each swap turns one thing of run A into that of run B. The order is stated on every change walk, because the
part of a cause depends on what was swapped before it; the total does not.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from valuekit.runs.reperformance.recipe import Recipe, RecordedInput
from valuekit.runs.vouching.register import same

#: The order of the change walk.
CAUSES: Final = ("data", "parameters", "scope", "code", "model")
#: Inputs that hold what somebody decided, not what was measured: they count as parameters.
DECIDED: Final = frozenset({"rules", "prices", "scenarios", "targets"})
_SCOPE: Final = frozenset({"scopes"})


@dataclass(frozen=True, slots=True)
class Swap:
    """One thing that is not the same.

    Attributes
    ----------
    cause : str
        One of `CAUSES`.
    item : str
        Such as ``ledger`` or ``headline_period``.
    old, new : str
        What it is in A and in B, in words.
    apply : callable
        Puts what B has in its place.
    """

    cause: str
    item: str
    old: str
    new: str
    apply: Callable[[Recipe], Recipe]


def swaps(a: Recipe, b: Recipe) -> tuple[Swap, ...]:
    """All that is not the same in two recipes of one notebook, in the order of `CAUSES`.

    Versions and processor are no swaps: they cannot be exchanged, and what they change is left over.
    """
    found = [*_inputs(a, b), *_parameters(a, b), *_language(a, b), *_code(a, b), *_seed(a, b)]
    return tuple(sorted(found, key=lambda swap: CAUSES.index(swap.cause)))


def cause_of_input(name: str) -> str:
    """Whether an input was measured or decided."""
    return "parameters" if name in DECIDED else "data"


def _inputs(a: Recipe, b: Recipe) -> Iterator[Swap]:
    for name in [*a.inputs, *(name for name in b.inputs if name not in a.inputs)]:
        old, new = a.inputs.get(name), b.inputs.get(name)
        if old is None or new is None or _content(old) != _content(new):
            words = _input_words(old), _input_words(new)
            yield Swap(cause_of_input(name), name, *words, _with_input(name, new))


def _content(given: RecordedInput) -> tuple[Any, ...]:
    """What the notebook reads: a file that was only moved is the same."""
    return given.sha256, dict(given.ref.columns), given.ref.sheet


def _input_words(given: RecordedInput | None) -> str:
    return "none" if given is None else f"{given.origin} (sha256 {given.sha256[:12]})"


def _with_input(name: str, new: RecordedInput | None) -> Callable[[Recipe], Recipe]:
    def apply(recipe: Recipe) -> Recipe:
        kept = {key: held for key, held in recipe.inputs.items() if key != name or new is not None}
        return replace(recipe, inputs=kept if new is None else kept | {name: new})

    return apply


def _parameters(a: Recipe, b: Recipe) -> Iterator[Swap]:
    for name in [*a.parameters, *(name for name in b.parameters if name not in a.parameters)]:
        missing = name not in a.parameters or name not in b.parameters
        if missing or not same(_plain(a.parameters[name]), _plain(b.parameters[name])):
            words = _words(a.parameters, name), _words(b.parameters, name)
            yield Swap("scope" if name in _SCOPE else "parameters", name, *words, _with_parameter(name, b))


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _words(parameters: Mapping[str, Any], name: str) -> str:
    return repr(_plain(parameters[name])) if name in parameters else "none"


def _with_parameter(name: str, b: Recipe) -> Callable[[Recipe], Recipe]:
    def apply(recipe: Recipe) -> Recipe:
        kept = {key: held for key, held in recipe.parameters.items() if key != name or name in b.parameters}
        return replace(recipe, parameters=kept | ({name: b.parameters[name]} if name in b.parameters else {}))

    return apply


def _language(a: Recipe, b: Recipe) -> Iterator[Swap]:
    if a.language != b.language:
        yield Swap(
            "parameters", "language", a.language, b.language, lambda r: replace(r, language=b.language)
        )


def _code(a: Recipe, b: Recipe) -> Iterator[Swap]:
    if a.template_digest != b.template_digest:
        words = f"sources {a.template_digest[:12]}", f"sources {b.template_digest[:12]}"
        yield Swap("code", a.template_path, *words, lambda r: _with_template(r, b))


def _with_template(recipe: Recipe, b: Recipe) -> Recipe:
    return replace(
        recipe, template=b.template, template_path=b.template_path, template_digest=b.template_digest
    )


def _seed(a: Recipe, b: Recipe) -> Iterator[Swap]:
    if a.seed != b.seed:
        yield Swap("model", "seed", str(a.seed), str(b.seed), lambda r: replace(r, seed=b.seed))

"""Write the parameters of a run into a copy of the notebook, as Python that an auditor can read."""

import ast
import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from valuekit.runs.execution.cells import INJECTED, source_of, tags_of

if TYPE_CHECKING:
    from valuekit.runs.execution.template import Template

_HEAD: Final = "# Parameters of this run, written by valuekit from params.yaml"


def with_parameters(template: "Template", values: Mapping[str, Any]) -> dict[str, Any]:
    """Copy a template, with the parameters of a run in a cell of their own after its defaults.

    Parameters
    ----------
    template : Template
        The notebook; an injected cell that an earlier run left in it is dropped.
    values : mapping
        Parameters as plain values.
    """
    notebook = copy.deepcopy(template.notebook)
    cell: dict[str, Any] = {
        "cell_type": "code",
        "execution_count": None,
        "id": INJECTED,
        "metadata": {"tags": [INJECTED]},
        "outputs": [],
        "source": parameters_source(values),
    }
    cells = notebook["cells"]
    notebook["cells"] = [
        kept
        for position, original in enumerate(cells)
        for kept in ([original, cell] if position == template.position else [original])
        if kept is cell or INJECTED not in tags_of(kept)
    ]
    return notebook


def parameters_source(values: Mapping[str, Any]) -> str:
    """Write one assignment a parameter; Chinese stays Chinese.

    Examples
    --------
    >>> print(parameters_source({"code": "007", "area": "车联网"}))
    # Parameters of this run, written by valuekit from params.yaml
    code = "007"
    area = "车联网"
    """
    return "\n".join([_HEAD, *(f"{name} = {python_literal(value)}" for name, value in values.items())])


def python_literal(value: Any, indent: str = "") -> str:
    r"""Write a plain value as Python that `ast.literal_eval` reads back.

    Raises
    ------
    TypeError
        If the value is not text, a number, true, false, nothing, a list or keys with values.

    Examples
    --------
    >>> python_literal(["卡", "终端"]), python_literal('say "no"')
    ('["卡", "终端"]', '"say \\"no\\""')
    """
    deeper = indent + "    "
    if isinstance(value, dict) and value:
        entries = "".join(
            f"{deeper}{_quoted(key)}: {python_literal(below, deeper)},\n" for key, below in value.items()
        )
        return "{\n" + entries + indent + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(python_literal(item, deeper) for item in value) + "]"
    if isinstance(value, str):
        return _quoted(value)
    if value is None or isinstance(value, bool | int | float | dict):
        return repr(value)
    raise TypeError(
        f"a parameter cannot be {value!r}: write text, a number, true, false, a list or keys with values"
    )


def injected_values(notebook: Mapping[str, Any]) -> dict[str, Any] | None:
    """Read the parameters back from an executed notebook; None without a cell of literals only."""
    for cell in notebook["cells"]:
        if INJECTED in tags_of(cell):
            return _assigned(source_of(cell))
    return None


def _assigned(source: str) -> dict[str, Any] | None:
    values: dict[str, Any] = {}
    try:
        for statement in ast.parse(source).body:
            if not (isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)):
                return None
            values[statement.targets[0].id] = ast.literal_eval(statement.value)
    except (SyntaxError, ValueError):
        return None
    return values


def _quoted(text: str) -> str:
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in {'"', "\\"}:
        return "\\" + character
    # Invisible and direction-changing characters are spelled out, so that a reader sees what is there.
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")

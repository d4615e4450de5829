"""Read a notebook template without starting anything: its digest and its tagged parameters cell."""

import ast
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field, create_model

from valuekit.errors import InvalidInput
from valuekit.runs.execution.cells import source_of, tags_of
from valuekit.runs.params.near import did_you_mean
from valuekit.runs.params.parameters import NOTEBOOKS, Parameters
from valuekit.runs.params.shipped import notebook_file

#: What every params file may set beside the notebook's own parameters.
RESERVED: Final = ("language", "seed", "inputs")
_FORMAT: Final = 4
_TAG_HOW_TO: Final = "in JupyterLab: select the cell, property inspector, add the cell tag 'parameters'"


@dataclass(frozen=True, slots=True)
class Template:
    """A notebook that can be run with parameters.

    Attributes
    ----------
    path : Path
        Below the current folder, or as given.
    name : str
        The file's stem; a name in `NOTEBOOKS` has typed parameters.
    sha256 : str
        Digest of the file.
    notebook : dict
        The notebook's JSON.
    position : int
        Index of the cell tagged ``parameters``.
    names : tuple of str
        The names which that cell assigns, in order.
    defaults : dict
        Those of its values that are literals.
    annotations : dict
        Simple annotations, such as ``int``, by name.
    """

    path: Path
    name: str
    sha256: str
    notebook: dict[str, Any]
    position: int
    names: tuple[str, ...]
    defaults: dict[str, Any]
    annotations: dict[str, str]

    @property
    def parameters(self) -> type[Parameters]:
        """The typed model: valuekit's own for its notebooks, else one read off the parameters cell."""
        spec = NOTEBOOKS.get(self.name)
        if spec is not None:
            return spec.parameters
        own = [name for name in self.names if name not in RESERVED]
        return model_of({name: self.defaults.get(name) for name in own}, self.annotations)


def model_of(defaults: dict[str, Any], annotations: dict[str, str] | None = None) -> type[Parameters]:
    """Build a typed model whose fields have the types of their defaults (or simple annotations)."""
    fields: dict[str, Any] = {}
    for name, default in defaults.items():
        kind = _ANNOTATED.get((annotations or {}).get(name, "")) or _kind_of(default)
        fields[name] = (kind, tuple(default) if isinstance(default, list) else default)
    model: type[Parameters] = create_model("NotebookParameters", __base__=Parameters, **fields)
    return model


_LIST: Final = Annotated[tuple[Any, ...], Field(strict=False)]
_ANNOTATED: Final[dict[str, Any]] = {
    "str": str, "int": int, "float": float, "bool": bool, "list": _LIST, "dict": dict[str, Any],
    "str | None": str | None, "int | None": int | None, "float | None": float | None,
}  # fmt: skip


def _kind_of(default: object) -> Any:
    kinds: dict[type, Any] = {
        bool: bool,
        int: int,
        float: float,
        str: str,
        list: _LIST,
        tuple: _LIST,
        dict: dict[str, Any],
    }
    return kinds.get(type(default), Any)


def find_template(notebook: str, *, where: str, folder: Path) -> Path:
    """Turn the ``notebook`` of a params file into the path of a file that exists, or of one that ships.

    Raises
    ------
    InvalidInput
        If there is no such notebook; names those there are.
    """
    path = Path(notebook) if notebook.endswith(".ipynb") else Path("notebooks") / f"{notebook}.ipynb"
    if notebook_file(path, folder).is_file():
        return path
    have = sorted(p.stem for p in (folder / "notebooks").glob("*.ipynb"))
    raise InvalidInput.at(
        where,
        f"there is no notebook {path.as_posix()} below the current folder",
        did_you_mean(notebook, have)
        + (f"allowed: {', '.join(have)}" if have else "run valuekit in the folder that holds notebooks/"),
    )


def read_template(path: Path, *, folder: Path) -> Template:
    """Read a template and its parameters cell.

    Raises
    ------
    InvalidInput
        If the file is no Python notebook of format 4, or has not exactly one cell tagged ``parameters``.
    """
    source = path.as_posix()
    content = notebook_file(path, folder).read_bytes()
    notebook = _notebook_of(content, source)
    position, cell = _parameters_cell(notebook, source)
    names, defaults, annotations = _assignments(cell, source)
    return Template(
        path=path,
        name=path.stem,
        sha256=hashlib.sha256(content).hexdigest(),
        notebook=notebook,
        position=position,
        names=names,
        defaults=defaults,
        annotations=annotations,
    )


def _notebook_of(content: bytes, source: str) -> dict[str, Any]:
    try:
        notebook = json.loads(content)
    except ValueError as error:
        raise InvalidInput.at(
            source, f"is not a notebook (not JSON: {error})", "save it again from JupyterLab"
        ) from None
    if (
        not isinstance(notebook, dict)
        or notebook.get("nbformat") != _FORMAT
        or not isinstance(notebook.get("cells"), list)
    ):
        raise InvalidInput.at(
            source, "is not a notebook of format 4", "open it in JupyterLab and save it again"
        )
    language = notebook.get("metadata", {}).get("kernelspec", {}).get("language", "python")
    if language != "python":
        raise InvalidInput.at(source, f"is written for {language!r}", "valuekit runs Python notebooks")
    return notebook


def _parameters_cell(notebook: dict[str, Any], source: str) -> tuple[int, dict[str, Any]]:
    tagged = [
        (position, cell)
        for position, cell in enumerate(notebook["cells"])
        if "parameters" in tags_of(cell) and cell.get("cell_type") == "code"
    ]
    if not tagged:
        raise InvalidInput.at(source, "has no code cell tagged 'parameters'", _TAG_HOW_TO)
    if len(tagged) > 1:
        raise InvalidInput.at(
            source, f"has {len(tagged)} cells tagged 'parameters'", "keep the tag on one cell"
        )
    return tagged[0]


def _assignments(cell: dict[str, Any], source: str) -> tuple[tuple[str, ...], dict[str, Any], dict[str, str]]:
    try:
        body = ast.parse(source_of(cell)).body
    except SyntaxError as error:
        raise InvalidInput.at(
            f"{source}, parameters cell, line {error.lineno}", f"is not Python ({error.msg})", "mend the cell"
        ) from None
    names: dict[str, None] = {}
    defaults: dict[str, Any] = {}
    annotations: dict[str, str] = {}
    for statement in body:
        for target, value in _targets(statement):
            names[target] = None
            if isinstance(statement, ast.AnnAssign):
                annotations[target] = ast.unparse(statement.annotation)
            try:
                defaults[target] = ast.literal_eval(value) if value is not None else None
            except ValueError:
                defaults.pop(target, None)  # computed in the cell: any value may replace it
    return tuple(names), defaults, annotations


def _targets(statement: ast.stmt) -> list[tuple[str, ast.expr | None]]:
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return [(statement.target.id, statement.value)]
    if not isinstance(statement, ast.Assign):
        return []
    pairs: list[tuple[str, ast.expr | None]] = []
    for target in statement.targets:
        if isinstance(target, ast.Name):
            pairs.append((target.id, statement.value))
        elif isinstance(target, ast.Tuple) and isinstance(statement.value, ast.Tuple):
            pairs += [
                (n.id, v)
                for n, v in zip(target.elts, statement.value.elts, strict=False)
                if isinstance(n, ast.Name)
            ]
    return pairs

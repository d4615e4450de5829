"""What page and workbook say about the run itself; `valuekit.runs` fills it in."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class InputMeta:
    """One input of a run.

    Attributes
    ----------
    name : str
        As the params file calls it.
    source : str
        Path as written in the params file, or the name of a dataset.
    sha256 : str
        Digest of the bytes that were read.
    rows : int or None
        Rows read; None where that means nothing.
    control_totals : dict of str to str
        Exact decimal text by currency or column.
    """

    name: str
    source: str
    sha256: str
    rows: int | None = None
    control_totals: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PageMeta:
    """The run that a page belongs to.

    Attributes
    ----------
    name, run_id : str
        Params name, and digest of the run; the page prints its first twelve characters on top.
    status : str
        ``succeeded``, ``approved``, ``not_approved`` or ``failed``; the last two put a banner on the page.
    inputs : tuple of InputMeta
        In the order in which they are printed.
    parameters : dict
        As approved or given; nested mappings are printed with dotted names.
    approved : dict of str to str
        Approved value or range by dotted parameter name, as printed; may be empty.
    not_approved : tuple of str
        Names of what the parameter register does not allow.
    seed : int or None
        Seed of everything random.
    versions : dict of str to str
        Package to version; ``valuekit`` itself is among them.
    platform, started, finished : str
        As printed. Times may be empty: then the page carries none.
    template, template_sha256 : str
        Name and digest of the notebook before execution.
    previous : dict of str to dict
        ``figures.json`` of the run before this one; empty without one.
    """

    name: str
    run_id: str
    status: str = "succeeded"
    inputs: tuple[InputMeta, ...] = ()
    parameters: dict[str, Any] = field(default_factory=dict)
    approved: dict[str, str] = field(default_factory=dict)
    not_approved: tuple[str, ...] = ()
    seed: int | None = None
    versions: dict[str, str] = field(default_factory=dict)
    platform: str = ""
    started: str = ""
    finished: str = ""
    template: str = ""
    template_sha256: str = ""
    previous: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def short_id(self) -> str:
        """The digest as printed for people."""
        return self.run_id[:12]

    @property
    def version(self) -> str:
        """The version of valuekit that made the run."""
        return self.versions.get("valuekit", "")


def flat_parameters(parameters: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested parameters by dotted name, in the order given.

    Examples
    --------
    >>> flat_parameters({"target": {"month": "2027-12"}, "draws": 4000})
    {'target.month': '2027-12', 'draws': 4000}
    """
    flat: dict[str, Any] = {}
    for name, value in parameters.items():
        nested = isinstance(value, dict) and value
        flat |= flat_parameters(value, f"{prefix}{name}.") if nested else {f"{prefix}{name}": value}
    return flat

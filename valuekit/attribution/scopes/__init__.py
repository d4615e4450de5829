"""Scopes: the three that ship, and any other written as YAML."""

import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final, Self

from valuekit.attribution.fields import Fields, clipped
from valuekit.domain import scope as domain
from valuekit.domain.carrier import Carrier, EvidenceTier, Treatment
from valuekit.errors import InvalidInput
from valuekit.frames.yaml import read_yaml

SHIPPED: Final = ("connection", "component", "wide")

_KEYS: Final = (
    "id", "version", "valid_from", "carriers", "treatments", "tiers", "view", "definition", "definition_zh",
    "source",
)  # fmt: skip


# Tables and figures are named by it, on every system; Windows keeps some names for devices.
_FILE_NAME: Final = re.compile(
    r"(?!(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$))[a-z0-9](?:[a-z0-9_.-]{0,58}[a-z0-9_-])?",
    re.ASCII | re.IGNORECASE,
)
_COUNTED: Final = frozenset({Treatment.GROSS, Treatment.NET})
_KNOWN: Final = frozenset({EvidenceTier.DIRECT, EvidenceTier.ALLOCATED})


@dataclass(frozen=True, slots=True)
class Scope(domain.Scope):
    """A versioned definition of what is counted, in English and Chinese.

    Attributes
    ----------
    definition_zh : str
        The definition in Chinese; empty where none was written.
    """

    definition_zh: str = ""

    @classmethod
    def load(cls, id_or_path: str | Path) -> Self:
        """Load a scope that ships (``connection``, ``component``, ``wide``) or a YAML file.

        Raises
        ------
        InvalidInput
            With every mistake in the file.

        Examples
        --------
        >>> str(Scope.load("connection"))
        'connection@2026.1'
        """
        if str(id_or_path) in SHIPPED:
            return cls._read(Path(str(files(__name__) / f"{id_or_path}.yaml")))
        if not Path(id_or_path).exists():
            raise InvalidInput.at(
                f"scope {str(id_or_path)!r}",
                "no such scope or file",
                f"use one of {', '.join(SHIPPED)}, or a path",
            )
        return cls._read(Path(id_or_path))

    @classmethod
    def _read(cls, path: Path) -> Self:
        fields = Fields.of(read_yaml(path), str(path), _KEYS)
        fields.require("id", "version", "carriers", "definition", "source")
        carriers = frozenset(fields.choices("carriers", Carrier))
        tiers = frozenset(fields.choices("tiers", EvidenceTier))
        if Carrier.OUT_OF_SCOPE in carriers:
            fields.find("carriers", "out_of_scope is no carrier of a scope", "drop it from the list")
        if EvidenceTier.UNATTRIBUTED in tiers:
            fields.find("tiers", "unattributed amounts are never counted", "drop it from the list")
        if (name := fields.text("id")) and not _FILE_NAME.fullmatch(name):
            problem = f"{clipped(name)} cannot name a file on every system"
            fields.find("id", problem, "use 1 to 60 letters a to z, digits, _, . or -, such as wide_2026")
        scope = cls(
            id=name,
            version=fields.text("version"),
            valid_from=str(fields.month("valid_from") or ""),
            carriers=carriers,
            treatments=frozenset(fields.choices("treatments", Treatment)) or _COUNTED,
            tiers=tiers or _KNOWN,
            definition=fields.text("definition"),
            source=fields.text("source"),
            view=fields.choice("view", domain.View) or domain.View.CONTRACT,
            definition_zh=fields.text("definition_zh"),
        )
        fields.finish()
        return scope


def scope_of(scope: str | Path | domain.Scope) -> domain.Scope:
    """Take a scope as it is, or load it by id or path."""
    return scope if isinstance(scope, domain.Scope) else Scope.load(scope)

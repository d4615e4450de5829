"""Fits kept by the digest of everything they depend on; what is loaded is checked against its own."""

import hashlib
import io
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Store:
    """A folder of fits, each one file: a digest line, a line of JSON, the arrays.

    Attributes
    ----------
    root : Path
        The folder; it may be deleted at any time, fits are then sampled again.
    """

    root: Path

    def path(self, key: str) -> Path:
        """Where the fit of a key lies."""
        return self.root / f"{key}.fit"

    def has(self, key: str) -> bool:
        """Whether a whole, unchanged fit is there."""
        return self._content(key) is not None

    def load(self, key: str) -> tuple[Arrays, dict[str, Any]]:
        """Arrays and facts of a fit.

        Raises
        ------
        KeyError
            If the fit is absent or was changed since it was written.
        """
        content = self._content(key)
        if content is None:
            raise KeyError(key)
        header, body = content.split(b"\n", 1)
        with np.load(io.BytesIO(body), allow_pickle=False) as held:
            return {name: held[name] for name in held.files}, json.loads(header)

    def save(self, key: str, arrays: Mapping[str, NDArray[np.float64]], facts: Mapping[str, Any]) -> None:
        """Write a fit by one rename, so that a reader never meets half of it."""
        body = io.BytesIO()
        # A name to Any: numpy's stub does not tell arrays from its own keywords.
        named: dict[str, Any] = dict(arrays)
        np.savez(body, **named)
        content = json.dumps(dict(facts), sort_keys=True).encode() + b"\n" + body.getvalue()
        self.root.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.root, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(content).hexdigest().encode() + b"\n" + content)
        Path(name).replace(self.path(key))

    def _content(self, key: str) -> bytes | None:
        try:
            digest, content = self.path(key).read_bytes().split(b"\n", 1)
        except (OSError, ValueError):
            return None
        return content if hashlib.sha256(content).hexdigest().encode() == digest else None

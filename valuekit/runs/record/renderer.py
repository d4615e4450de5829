"""What turned a notebook into its page, as one digest: with the same, the page can be rendered again."""

import hashlib
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from valuekit import report

RENDERER: Final = "#renderer"
_SOURCES: Final = (".py", ".j2", ".css", ".js", ".yaml")
_LIBRARIES: Final = ("jinja2", "markdown-it-py")


@cache
def renderer_digest() -> str:
    """SHA-256 of the sources of ``valuekit.report`` and the versions of what they render with."""
    from importlib import metadata  # noqa: PLC0415 -- what asks for no digest starts sooner

    folder = Path(report.__path__[0])
    digest = hashlib.sha256()
    for name in sorted(_sources(folder), key=lambda name: name.split("/")):
        content = (folder / name).read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{name} {len(content)}\n".encode() + content)
    for name in _LIBRARIES:
        digest.update(f"{name} {metadata.version(name)}\n".encode())
    return digest.hexdigest()


def _sources(folder: Path) -> Iterator[str]:
    """Paths from the folder, with slashes."""
    for place, _, names in os.walk(folder):
        below = place[len(str(folder)) + 1 :].replace(os.sep, "/")
        yield from (f"{below}/{name}".lstrip("/") for name in names if name.endswith(_SOURCES))


def renderer_entity() -> dict[str, Any]:
    """The renderer as an entity of the record."""
    from importlib import metadata  # noqa: PLC0415 -- as above

    version = metadata.version("valuekit")
    return {
        "@id": RENDERER,
        "@type": "SoftwareApplication",
        "name": "valuekit.report, which made the page from the notebook",
        "version": version,
        "url": f"pkg:pypi/valuekit@{version}#valuekit/report",
        "sha256": renderer_digest(),
    }

"""What turned a notebook into its page, as one digest: with the same, the page can be rendered again."""

import hashlib
from functools import cache
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

RENDERER: Final = "#renderer"
_SOURCES: Final = (".py", ".j2", ".css", ".js", ".yaml")
_LIBRARIES: Final = ("jinja2", "markdown-it-py")


@cache
def renderer_digest() -> str:
    """SHA-256 of the sources of ``valuekit.report`` and the versions of what they render with."""
    folder = Path(str(files("valuekit.report")))
    digest = hashlib.sha256()
    for path in sorted(p for p in Path(folder).rglob("*") if p.suffix in _SOURCES):
        content = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.relative_to(folder).as_posix()} {len(content)}\n".encode() + content)
    for name in _LIBRARIES:
        digest.update(f"{name} {metadata.version(name)}\n".encode())
    return digest.hexdigest()


def renderer_entity() -> dict[str, Any]:
    """The renderer as an entity of the record."""
    version = metadata.version("valuekit")
    return {
        "@id": RENDERER,
        "@type": "SoftwareApplication",
        "name": "valuekit.report, which made the page from the notebook",
        "version": version,
        "url": f"pkg:pypi/valuekit@{version}#valuekit/report",
        "sha256": renderer_digest(),
    }

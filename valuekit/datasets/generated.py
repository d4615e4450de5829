"""Which data sets are generated, by what, and a digest that tells one generator from its next version."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import import_module
from importlib.metadata import version
from typing import Final

from valuekit.datasets.catalogue import package_path


@dataclass(frozen=True, slots=True)
class Generator:
    """What writes a generated set, the sources that decide its bytes, and the libraries that do.

    Attributes
    ----------
    module, function : str
        Loaded when the set is written: who only looks for its file needs no pandas.
    sources, libraries : tuple of str
        Files or folders of this package, and distributions, whose change makes the set another one.
    """

    module: str
    function: str
    sources: tuple[str, ...]
    libraries: tuple[str, ...] = ()

    def write(self) -> bytes:
        """The content of the set, the same bytes each time."""
        content = getattr(import_module(f"valuekit.datasets.{self.module}"), self.function)()
        return bytes(content)


_UNICOM: Final = ("china_unicom", "files/operators/accounts.csv")
_SYNTHETIC: Final = ("synthetic_operator",)

GENERATORS: Final = {
    "china_unicom/ledger": Generator("china_unicom", "ledger_csv", _UNICOM),
    "china_unicom/readings": Generator("china_unicom", "readings_csv", _UNICOM),
    "synthetic_operator/ledger": Generator(
        "synthetic_operator", "ledger_parquet", _SYNTHETIC, ("numpy", "pandas", "pyarrow")
    ),
    "synthetic_operator/drivers": Generator("synthetic_operator", "drivers_csv", _SYNTHETIC, ("numpy",)),
}


@cache
def fingerprint(name: str) -> str:
    """Twelve hexadecimal digits that change with the sources and libraries of a generator."""
    generator = GENERATORS[name]
    digest = sha256()
    for source in generator.sources:
        for content in _contents(source):
            digest.update(content)
    for library in generator.libraries:
        digest.update(f"{library} {version(library)}".encode())
    return digest.hexdigest()[:12]


def _contents(source: str) -> list[bytes]:
    path = package_path(source)
    if path.is_file():
        return [path.read_bytes()]
    return [file.read_bytes() for file in sorted(path.iterdir()) if file.suffix in {".py", ".csv"}]

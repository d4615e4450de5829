"""Which data sets are generated, by what, and a digest that tells one generator from its next version."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from typing import Final

from valuekit.datasets import china_unicom, synthetic_operator
from valuekit.datasets.catalogue import package_path


@dataclass(frozen=True, slots=True)
class Generator:
    """What writes a generated set, the sources that decide its bytes, and the libraries that do."""

    write: Callable[[], bytes]
    sources: tuple[str, ...]
    libraries: tuple[str, ...] = ()


_UNICOM: Final = ("china_unicom", "files/operators/accounts.csv")

GENERATORS: Final = {
    "china_unicom/ledger": Generator(china_unicom.ledger_csv, _UNICOM),
    "china_unicom/readings": Generator(china_unicom.readings_csv, _UNICOM),
    "synthetic_operator/ledger": Generator(
        synthetic_operator.ledger_parquet, ("synthetic_operator",), ("numpy", "pyarrow")
    ),
    "synthetic_operator/drivers": Generator(
        synthetic_operator.drivers_csv, ("synthetic_operator",), ("numpy",)
    ),
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

"""What compiled graphs and fits depend on besides their content, and when kept ones are ignored."""

import hashlib
import os
import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

FRESH: Final = "VALUEKIT_FRESH"
# What decides the bits of a draw besides our own sources.
_PACKAGES: Final = ("numpy", "numba", "llvmlite", "nutpie", "pymc", "pytensor", "scipy", "statsmodels")
_SOURCES: Final = (
    "adaptive_importance.py",
    "predict.py",
    "worker.py",
    "fits.py",
    "baselines.py",
    "series.py",
    "diagnostics.py",
)


def wants_fresh() -> bool:
    """Whether ``$VALUEKIT_FRESH`` asks to ignore kept fits."""
    return os.environ.get(FRESH, "") not in {"", "0"}


@cache
def environment() -> str:
    """Packages, interpreter and processor, as one line."""
    packages = " ".join(f"{name}={version(name)}" for name in _PACKAGES)
    return f"{packages} python={platform.python_version()} {platform.system()} {_processor()}"


@cache
def source_digest() -> str:
    """SHA-256 of the files that decide a draw."""
    here = Path(__file__).parent
    files = [*sorted((here / "models").glob("*.py")), *(here / name for name in _SOURCES)]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


@cache
def graph_digest(graph: str) -> str:
    """SHA-256 of the files that decide a compiled graph, and of what compiles it."""
    files = sorted((Path(__file__).parent / "models").glob("*.py"))
    content = graph.encode() + b"".join(file.read_bytes() for file in files)
    return hashlib.sha256(content + environment().encode()).hexdigest()


def _processor() -> str:
    """Model and instruction sets: compiled code and BLAS kernels depend on them."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
    kept = [line for line in lines if line.startswith(("model name", "flags", "Features", "CPU part"))]
    return hashlib.sha256("\n".join(sorted(set(kept))).encode()).hexdigest()[:16]

"""The public data that ships with the package, with its provenance.

Names that need pandas are loaded when first used: whoever only locates a file starts at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from valuekit.datasets.cache import cache_folder, locate
from valuekit.datasets.catalogue import Dataset, catalogue, dataset

if TYPE_CHECKING:
    from valuekit.datasets.coverage import list_datasets, missing_months
    from valuekit.datasets.load import load_dataset, provenance

__all__ = [
    "Dataset",
    "cache_folder",
    "catalogue",
    "dataset",
    "list_datasets",
    "load_dataset",
    "locate",
    "missing_months",
    "provenance",
]

_HOMES: Final = {
    "list_datasets": "coverage",
    "load_dataset": "load",
    "missing_months": "coverage",
    "provenance": "load",
}


def __getattr__(name: str) -> Any:
    """Load a name that needs pandas from its home on first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)

"""The public data that ships with the package, with its provenance."""

from valuekit.datasets.cache import cache_folder, locate
from valuekit.datasets.catalogue import Dataset, catalogue, dataset
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

"""The products of the invented operator, with the public price that each list price is anchored on."""

import csv
from dataclasses import dataclass
from functools import cache

from valuekit.datasets.catalogue import package_path
from valuekit.domain.money import parse_minor

# China's rate for value-added telecom and cloud services; the anchored Azure rows include it.
VAT_SERVICES = (106, 100)


@dataclass(frozen=True, slots=True)
class Product:
    """A product of the list.

    Attributes
    ----------
    code : str
        Text with its leading zeros.
    name_en, name_zh : str
        As people call it.
    family : str
        What it is; decides the account.
    list_minor : int
        List price of one unit without VAT, in fen.
    unit : str
        What one of the quantity is.
    anchor : str
        Item of ``operators/price_points``; empty where no public price in CNY was found.
    note : str
        How the list price follows from the anchor.
    """

    code: str
    name_en: str
    name_zh: str
    family: str
    list_minor: int
    unit: str
    anchor: str
    note: str


@cache
def products() -> dict[str, Product]:
    """Every product by its code."""
    with package_path("synthetic_operator/products.csv").open(encoding="utf-8", newline="") as file:
        listed = [_product(row) for row in csv.DictReader(file)]
    return {product.code: product for product in listed}


def _product(row: dict[str, str]) -> Product:
    return Product(
        code=row["product_code"],
        name_en=row["name_en"],
        name_zh=row["name_zh"],
        family=row["family"],
        list_minor=parse_minor(row["list_price"], 2),
        unit=row["unit"],
        anchor=row["anchor"],
        note=row["note"],
    )

"""The files of a ledger with what controls them, as a table."""

import pandas as pd

from valuekit.domain.money import scale_of
from valuekit.frames.schemas import CONTROLS
from valuekit.report.blocks import Table, TableColumn
from valuekit.report.languages import text
from valuekit.report.words import currency_name


def controls_table(controls: pd.DataFrame, *, language: str) -> Table:
    """Files with digest, rows and control total, table ``controls``: row keys ``file/currency``.

    Parameters
    ----------
    controls : DataFrame
        Schema CONTROLS, of currencies whose minor units have one size.

    Raises
    ------
    ValueError
        If minor units differ in size.
    """

    def said(key: str, **values: object) -> str:
        return text(language, f"controls.{key}", **values)

    currencies = sorted(set(controls["currency"]))
    if len({scale_of(currency) for currency in currencies}) > 1:
        raise ValueError(f"{', '.join(currencies)} have minor units of different size: make a table for each")
    words = "/".join(currency_name(language, currency) for currency in currencies)
    columns = tuple(
        TableColumn(
            column.name,
            said(f"column.{column.name}", currency=words),
            column.kind,
            currency=currencies[0] if column.name == "total_minor" and currencies else "",
        )
        for column in CONTROLS.columns
    )
    rows = tuple(
        (str(file), str(sha256), int(lines), str(currency), int(total))
        for file, sha256, lines, currency, total in controls[list(CONTROLS.names)].itertuples(index=False)
    )
    keys = [f"{row[0]}/{row[3]}" for row in rows]
    twice = len(set(keys)) < len(keys)
    return Table(
        id="controls",
        title=said("title"),
        subtitle=said("subtitle"),
        source=said("source"),
        columns=columns,
        keys=tuple(f"{number}/{key}" for number, key in enumerate(keys, start=1)) if twice else tuple(keys),
        rows=rows,
    )

"""A PostgreSQL table or query, kept as a Parquet file, so that all that follows reads the same lines."""

import atexit
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq

from valuekit.errors import InvalidInput

_SCHEMES: Final = ("postgresql://", "postgres://")
_TABLE: Final = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)?")
_LONGEST_SAID: Final = 200


def is_database(source: str) -> bool:
    """Whether a source is a database and no file."""
    return source.startswith(_SCHEMES)


def named_without_secrets(uri: str) -> str:
    """A database as messages, controls and records may name it: without user and password.

    Examples
    --------
    >>> named_without_secrets("postgresql://ann:secret@db:5432/gl?sslmode=require")
    'postgresql://db:5432/gl'
    """
    parts = urlsplit(uri)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"


def named_in_full(uri: str, table: str | None) -> str:
    """A table or query of a database as it may be named."""
    return f"{named_without_secrets(uri)}, {'query' if table is None else f'table {table}'}"


def snapshot(
    uri: str, *, query: str | None = None, table: str | None = None, folder: Path | None = None
) -> tuple[Path, str]:
    """Read a table or query once, in one read-only transaction, into a Parquet file.

    Parameters
    ----------
    uri : str
        ``postgresql://HOST/DATABASE``; user and password are better left to libpq (PGUSER, .pgpass).
    folder : Path, optional
        Where the file is kept; without it in a temporary folder, until the program ends.

    Returns
    -------
    path : Path
        The file.
    label : str
        Database and table, without secrets.

    Raises
    ------
    InvalidInput
        If not exactly one of `query` and `table` is given, or the database refuses.
    """
    named = named_without_secrets(uri)
    if (query is None) == (table is None):
        raise InvalidInput.at(named, "neither or both of table and query", "give one of them")
    if table is not None and not _TABLE.fullmatch(table):
        raise InvalidInput.at(
            named, f"{table!r} is no name of a table", "write schema.table, or give a query"
        )
    label = named_in_full(uri, table)
    path = (folder or _temporary()) / "ledger.parquet"
    try:
        _copy(uri, query or _all_of(str(table)), path, label)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path, label


def _copy(uri: str, query: str, path: Path, label: str) -> None:
    driver, refusal = _driver(label)
    try:
        with driver.connect(uri) as connection, connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
            cursor.execute(query)
            reader = cursor.fetch_record_batch()
            schema = pa.schema([_exact_field(field, label) for field in reader.schema])
            with pq.ParquetWriter(path, schema, compression="zstd") as writer:
                for batch in reader:
                    writer.write_batch(pa.record_batch([_storage(c) for c in batch.columns], schema=schema))
    except refusal as error:
        raise InvalidInput.at(
            label, _said(error, uri), "correct the address, the rights or the query"
        ) from error


def _driver(label: str) -> tuple[Any, type[Exception]]:
    try:
        from adbc_driver_manager import Error  # noqa: PLC0415 -- an optional extra
        from adbc_driver_postgresql import dbapi  # noqa: PLC0415 -- an optional extra
    except ImportError as error:
        remedy = "pip install 'valuekit[postgresql]'"
        raise InvalidInput.at(label, "the driver for PostgreSQL is not installed", remedy) from error
    return dbapi, Error


def _exact_field(field: pa.Field, label: str) -> pa.Field:
    """The column as it is kept: decimals come as exact text, in an extension of Arrow's types."""
    if not isinstance(field.type, pa.BaseExtensionType):
        return pa.field(field.name, field.type)
    if pa.types.is_string(field.type.storage_type):
        return pa.field(field.name, pa.string())
    kind = getattr(field.type, "type_name", str(field.type))
    where = f"{label}, column {field.name}"
    raise InvalidInput.at(where, f"of the type {kind}, which is not read", f"query {field.name}::text")


def _storage(column: pa.Array) -> pa.Array:
    return column.storage if isinstance(column, pa.ExtensionArray) else column


def _all_of(table: str) -> str:
    quoted = ".".join(f'"{part}"' for part in table.split("."))
    return f"SELECT * FROM {quoted}"  # noqa: S608 -- the name is checked and quoted


def _said(error: Exception, uri: str) -> str:
    """The first line of what the database says, without secrets."""
    said = (str(error).strip() or type(error).__name__).replace(uri, named_without_secrets(uri))
    for secret in (urlsplit(uri).password, *parse_qs(urlsplit(uri).query).get("password", [])):
        said = said.replace(secret, "***") if secret else said
    return said.splitlines()[0][:_LONGEST_SAID]


def _temporary() -> Path:
    folder = tempfile.mkdtemp(prefix="valuekit-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)

"""Values of options that need reading: memory sizes, and columns mapped as OURS=THEIRS."""

import re
from decimal import Decimal
from typing import Final

import click

_UNITS: Final = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "ki": 2**10, "mi": 2**20, "gi": 2**30}
_SIZE: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([kmg]i?)?b?", re.IGNORECASE)
_LEAST: Final = 64 * 2**20


def memory_size(_context: click.Context, _option: click.Parameter, value: str | None) -> int | None:
    """Bytes, written such as ``2GiB``, ``512MiB`` or ``1.5GB``; at least 64 MiB."""
    if value is None:
        return None
    found = _SIZE.fullmatch(value.strip())
    if found is None:
        raise click.BadParameter(f"{value!r} is not a size: write 2GiB or 512MiB")
    size = int(Decimal(found[1]) * _UNITS[(found[2] or "").lower()])
    if size < _LEAST:
        raise click.BadParameter(f"{value!r} is too little: 64MiB is the least")
    return size


def column_pairs(
    _context: click.Context, _option: click.Parameter, values: tuple[str, ...]
) -> dict[str, str]:
    """Our columns to the source's, split at the first equals sign: their names may hold further ones."""
    pairs: dict[str, str] = {}
    for value in values:
        ours, _, theirs = (part.strip() for part in value.partition("="))
        if not (ours and theirs):
            raise click.BadParameter(f"{value!r} maps nothing: write OURS=THEIRS, such as amount=金额")
        if pairs.get(ours, theirs) != theirs:
            raise click.BadParameter(f"{ours!r} is mapped to {pairs[ours]!r} and to {theirs!r}: choose one")
        pairs[ours] = theirs
    return pairs

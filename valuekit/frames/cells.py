"""Raw columns become typed columns, exactly; every cell that cannot is a finding with its row."""

from typing import Final

import polars as pl

from valuekit.domain.money import scale_of
from valuekit.errors import Finding
from valuekit.frames.currencies import CURRENCIES, nearest_currency
from valuekit.frames.findings import report
from valuekit.frames.numerals import AMOUNT, MONTH, half_width, plain_amounts, rewritten, simple_minor
from valuekit.frames.raw import RawTable

_COUNT: Final = r"^\+?[0-9]+$"
_INTEGER: Final = r"^[+-]?[0-9]+$"
_FLAGS: Final = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}
_LONGEST_SCALE: Final = "0000"
_PLAUSIBLE: Final = ("1980-01", "2100-12")
_NONE: Final = pl.Series([], dtype=pl.Boolean)  # no row is wrong

Parsed = tuple[pl.Series, list[Finding]]


def text(raw: RawTable, column: str, *, nullable: bool) -> Parsed:
    """Identifiers: text as it stands; empty is null, and what was stored as a number is refused."""
    values, findings = _texts(raw, column, "text", "export the column as text", nullable=nullable)
    if column in raw.numbers and not findings:
        remedy = "format the column as text, with its zeros, and write or export it again"
        problem = "is stored as a number, not as text: leading zeros may be lost"
        findings = report(raw, column, raw.numbers[column], lambda t: f"{t} {problem}", remedy)
    return values, findings


def _texts(raw: RawTable, column: str, what: str, remedy: str, *, nullable: bool) -> Parsed:
    cells = raw.frame[column]
    if isinstance(cells.dtype, pl.Categorical | pl.Enum) or cells.dtype == pl.Null:
        cells = cells.cast(pl.String)
    if cells.dtype != pl.String:
        lost = ": leading zeros may be lost" if cells.dtype.is_numeric() else ""
        finding = Finding(f"{raw.name}, column {column}", f"holds {cells.dtype}, not {what}{lost}", remedy)
        return pl.Series(column, [], pl.String), [finding]
    values = cells.set(cells == "", None) if (cells == "").any() else cells
    empty = [] if nullable else report(raw, column, values.is_null(), lambda _: "empty", "fill it in")
    return values, empty


def month(raw: RawTable, column: str, *, nullable: bool = False, plausible: bool = False) -> Parsed:
    """Months YYYY-MM; where they must be plausible, of the years in which ledgers have been kept."""
    remedy = "write YYYY-MM, such as 2025-01"
    values, findings = _texts(raw, column, "months as text", remedy, nullable=nullable)
    distinct = _distinct(values)
    if not distinct.str.contains(MONTH).all():
        values, distinct = values.replace(distinct, half_width(distinct)), half_width(distinct).unique()
    well_formed = distinct.str.contains(MONTH)
    bad = _among(values, distinct.filter(~well_formed))
    findings += report(raw, column, bad, lambda t: f"{t!r} is not a month", remedy)
    if plausible:
        bad = _among(values, distinct.filter(well_formed & ~distinct.is_between(*_PLAUSIBLE)))
        problem = f"is not from {_PLAUSIBLE[0]} to {_PLAUSIBLE[1]}"
        findings += report(raw, column, bad, lambda t: f"{t!r} {problem}", "correct the year")
    return values, findings


def _distinct(values: pl.Series) -> pl.Series:
    """The distinct values; of a column in long runs, as ledgers have, only their beginnings are looked at."""
    begins = values.ne_missing(values.shift(1))
    return (values.filter(begins) if begins.sum() * 4 < len(values) else values).unique()


def _among(values: pl.Series, wrong: pl.Series) -> pl.Series:
    """Which cells hold a wrong value, found among the distinct: a ledger has few months and currencies."""
    return values.is_in(wrong.implode()) if len(wrong) else _NONE


def currency(raw: RawTable, column: str) -> Parsed:
    """ISO 4217 codes."""
    values, findings = text(raw, column, nullable=False)
    distinct = _distinct(values)
    bad = _among(values, distinct.filter(~distinct.is_in(sorted(CURRENCIES))))
    near = nearest_currency(str(values.filter(bad.fill_null(value=False))[0])) if bad.any() else ""
    return values, findings + report(
        raw, column, bad, lambda t: f"unknown currency {t!r}", f"write the ISO 4217 code, such as {near}"
    )


def choice(raw: RawTable, column: str, allowed: tuple[str, ...]) -> Parsed:
    """Text out of a list."""
    values, findings = text(raw, column, nullable=False)
    return values, findings + report(
        raw,
        column,
        ~values.is_in(list(allowed)),
        lambda t: f"{t!r} is not one of {', '.join(allowed)}",
        "use one of them",
    )


def flag(raw: RawTable, column: str) -> Parsed:
    """True or false."""
    cells = raw.frame[column]
    if cells.dtype == pl.Boolean:
        return cells, report(raw, column, cells.is_null(), lambda _: "empty", "write true or false")
    values = (
        cells.cast(pl.String).str.to_lowercase().replace_strict(_FLAGS, default=None, return_dtype=pl.Boolean)
    )
    return values, report(
        raw, column, values.is_null(), lambda t: f"{t!r} is neither true nor false", "write true or false"
    )


def integer(raw: RawTable, column: str, *, signed: bool = False, default: int | None = None) -> Parsed:
    """Whole numbers, none negative unless `signed`; an empty cell takes the default."""
    cells = raw.frame[column]
    what = "a whole number" if signed else "a whole number from 0 on"
    if cells.dtype.is_integer():
        values = cells.cast(pl.Int64, strict=False)
        empty = cells.is_null()
        malformed = _NONE if signed or cells.dtype.is_unsigned_integer() else cells < 0
        wide = values.is_null() & ~empty
    elif cells.dtype in (pl.String, pl.Null) or cells.dtype.is_decimal():
        texts = _whole(cells.cast(pl.String)).replace({"": None})
        values = texts.str.strip_chars_start("+").cast(pl.Int64, strict=False)
        empty = texts.is_null()
        malformed = ~texts.str.contains(_INTEGER if signed else _COUNT)
        wide = ~malformed & ~empty & values.is_null()
    else:
        remedy = "store whole numbers (minor units for money), not fractions"
        return pl.Series(column, [], pl.Int64), [
            Finding(f"{raw.name}, column {column}", f"holds {cells.dtype}, not integers", remedy)
        ]
    findings = report(raw, column, malformed, lambda t: f"{t!r} is not {what}", f"write {what}")
    if default is None:
        findings += report(raw, column, empty, lambda _: "empty", "fill it in")
    findings += report(raw, column, wide, lambda t: f"{t} does not fit in 64 bits", "check the unit")
    return (values if default is None else values.fill_null(default)), findings


def _whole(cells: pl.Series) -> pl.Series:
    """Digits of whole numbers; databases and spreadsheets write 3.000 for 3."""
    return rewritten(
        cells.str.strip_chars(), _INTEGER, lambda odd: half_width(odd).str.replace(r"^([^.]+)\.0+$", "${1}")
    )


def amount(
    raw: RawTable, column: str, currencies: pl.Series, *, scale: int | None = None, nullable: bool = False
) -> Parsed:
    """Decimal amounts as minor units of their currency.

    Parameters
    ----------
    scale : int, optional
        Decimals of an integer column: 0 for whole yuan, 2 for fen. Integers without it are
        refused, and binary floats always.
    """
    cells = raw.frame[column]
    where = f"{raw.name}, column {column}"
    nothing = pl.Series(column, [], pl.Int64)
    if cells.dtype.is_float():
        problem = f"amounts are binary fractions ({cells.dtype}), which hold no exact cents"
        return nothing, [
            Finding(where, problem, "export as decimal text, decimal type, or integer minor units")
        ]
    if cells.dtype.is_integer():
        if scale is None:
            problem = "integers without a declared scale: yuan or fen?"
            return nothing, [Finding(where, problem, f"give scale=..., or name the column {column}_minor")]
        divisor = 10**scale
        cells = pl.Series(column, [_scaled(value, divisor, scale) for value in cells.to_list()], pl.String)
    elif not (cells.dtype in (pl.String, pl.Null) or cells.dtype.is_decimal()):
        return nothing, [Finding(where, f"holds {cells.dtype}, not amounts", "export as decimal text")]
    return _minor(raw, column, cells.cast(pl.String), currencies, nullable=nullable)


def _scaled(value: int | None, divisor: int, scale: int) -> str | None:
    if value is None:
        return None
    whole, fraction = divmod(abs(value), divisor)
    point = f".{fraction:0{scale}d}" if scale else ""
    return f"{'-' if value < 0 else ''}{whole}{point}"


def _minor(raw: RawTable, column: str, cells: pl.Series, currencies: pl.Series, *, nullable: bool) -> Parsed:
    known = {code: scale_of(code) for code in currencies.unique().drop_nulls() if code in CURRENCIES}
    scales = currencies.replace_strict(known, default=4, return_dtype=pl.Int64)
    if (simple := simple_minor(cells, scales)) is not None:
        return simple.alias(column), []
    frame = pl.DataFrame({"text": plain_amounts(cells).replace({"": None}), "scale": scales})
    scale = pl.col("scale")
    fraction = pl.col("text").str.extract(r"\.([0-9]+)$", 1).fill_null("")
    whole = pl.col("text").str.extract(r"^[+-]?([0-9,]+)", 1).str.replace_all(",", "")
    digits = whole + (fraction + pl.lit(_LONGEST_SCALE)).str.slice(0, scale)
    magnitude = digits.cast(pl.Int64, strict=False)
    parsed = frame.select(
        empty=pl.col("text").is_null(),
        malformed=~pl.col("text").str.contains(AMOUNT),
        fine=fraction.str.slice(scale).str.strip_chars("0") != "",
        value=pl.when(pl.col("text").str.starts_with("-")).then(-magnitude).otherwise(magnitude),
    )
    bad = parsed["malformed"].fill_null(value=False)
    fine = parsed["fine"].fill_null(value=False) & ~bad
    wide = ~bad & ~parsed["empty"] & parsed["value"].is_null()
    findings = report(
        raw, column, bad, lambda t: f"{t!r} is not an amount", "write digits with a point, such as -1234.50"
    )
    findings += report(
        raw,
        column,
        fine,
        lambda t: f"{t} is finer than its currency's minor unit",
        "round at the source, or correct the currency",
    )
    findings += report(
        raw, column, wide, lambda t: f"{t} does not fit in 64 bits of minor units", "check the amount"
    )
    if not nullable:
        findings += report(raw, column, parsed["empty"], lambda _: "empty", "write the amount, 0 for none")
    values = parsed["value"].set(bad | fine, None) if findings else parsed["value"]
    return values.alias(column), findings

"""The large files that cells write, journals and draws, compared by what they hold."""

from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Final

from valuekit.runs.record.digests import digest_of

if TYPE_CHECKING:
    import polars as pl

_MOST_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class ArtefactComparison:
    """One Parquet file of both computations.

    Attributes
    ----------
    name : str
        Relative to the run.
    rows : int
        As recorded; 0 if it is absent there.
    equal : bool
        Whether both hold the same rows in the same order.
    statistical : bool
        Whether it holds draws, whose values may vary from one sampling to another.
    detail : str
        What differs and by how much; empty if nothing does.
    """

    name: str
    rows: int
    equal: bool
    statistical: bool
    detail: str


def compare_artefacts(recorded: Path, found: Path) -> tuple[ArtefactComparison, ...]:
    """Compare every Parquet file below ``tables/`` of two folders."""
    names = {
        path.relative_to(folder).as_posix()
        for folder in (recorded, found)
        for path in folder.glob("tables/**/*.parquet")
    }
    return tuple(_compared(name, recorded / name, found / name) for name in sorted(names))


def _compared(name: str, old: Path, new: Path) -> ArtefactComparison:
    import polars as pl  # noqa: PLC0415 -- only runs with journals or draws pay for it

    if not (old.is_file() and new.is_file()):
        words = "is not made again" if old.is_file() else "is made now and was not recorded"
        rows = int(pl.scan_parquet(old).select(pl.len()).collect().item()) if old.is_file() else 0
        return ArtefactComparison(name, rows, equal=False, statistical=False, detail=words)
    left = pl.read_parquet(old)
    if digest_of(old) == digest_of(new):
        return ArtefactComparison(name, left.height, equal=True, statistical=_has_draws(left), detail="")
    right = pl.read_parquet(new)
    if left.schema != right.schema or left.height != right.height:
        words = f"{left.height} rows and columns {left.columns} against {right.height} and {right.columns}"
        return ArtefactComparison(name, left.height, equal=False, statistical=False, detail=words)
    detail = "; ".join(_columns(left, right))
    return ArtefactComparison(
        name, left.height, equal=not detail, statistical=_has_draws(left), detail=detail
    )


def _has_draws(frame: "pl.DataFrame") -> bool:
    return any(dtype.is_float() for dtype in frame.dtypes)


def _columns(left: "pl.DataFrame", right: "pl.DataFrame") -> list[str]:
    """Say of the first columns that differ how many rows do, and how far means are apart."""
    found = []
    for name in left.columns:
        unequal = int((left[name].ne_missing(right[name])).sum())
        if not unequal:
            continue
        words = f"column {name}: {unequal} of {left.height} rows"
        if left[name].dtype.is_float():
            apart = abs(float(left[name].mean() or 0.0) - float(right[name].mean() or 0.0))  # type: ignore[arg-type]
            error = float(left[name].std() or 0.0) * sqrt(2.0 / max(left.height, 1))  # type: ignore[arg-type]
            words += f", means {apart:.3g} apart" + (
                f" ({apart / error:.1f} standard errors)" if error else ""
            )
        elif left[name].dtype.is_integer():
            words += f", sums {int(right[name].sum()) - int(left[name].sum()):+d} apart"
        found.append(words)
    more = [f"and {len(found) - _MOST_NAMED} more columns"] if len(found) > _MOST_NAMED else []
    return found[:_MOST_NAMED] + more

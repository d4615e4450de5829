"""The ledger and the readings as CSV, the same bytes each time."""

import csv
import io
from collections.abc import Iterable, Mapping

from valuekit.datasets.china_unicom.accounts import OPERATOR, published
from valuekit.datasets.china_unicom.partition import Line, partition
from valuekit.datasets.china_unicom.readings import Reading, readings
from valuekit.domain.money import decimal_text


def ledger_csv() -> bytes:
    """All published periods as ledger lines, one period after the other."""
    lines = [line for measures in published().values() for line in partition(measures)]
    return _csv(_ledger_row(line) for line in lines)


def readings_csv() -> bytes:
    """Every published amount with how it was read."""
    return _csv(_reading_row(item) for measures in published().values() for item in readings(measures))


def _ledger_row(line: Line) -> dict[str, str]:
    period = line.terms[0].period
    return {
        "line_id": line.line_id,
        "contract_id": "",
        "period": period,
        "service_period": period,
        "product_code": line.code,
        "amount": decimal_text(line.minor, 2),
        "currency": "CNY",
        "quantity": "1",
        "operator": OPERATOR,
        "period_kind": line.terms[0].period_kind,
        "derived": "true" if line.derived else "false",
        "rounding": decimal_text(line.rounding_minor, 2),
        "source": _joined(term.source for term in line.terms),
        "source_url": _joined(term.source_url for term in line.terms),
        "note": _joined([line.note, *_figures(line), *(term.note for term in line.terms)]),
    }


def _figures(line: Line) -> list[str]:
    """The published amounts behind a derived line, so that a reader can redo the difference."""
    if not line.derived:
        return []
    return [" less ".join(f"{term.measure} {term.value}" for term in line.terms) + " (1e8 CNY)"]


def _reading_row(item: Reading) -> dict[str, str]:
    return {
        "period": item.figure.period,
        "period_kind": item.figure.period_kind,
        "measure": item.figure.measure,
        "value_1e8_cny": item.figure.value,
        "reading": item.kind,
        "line_id": item.line_id,
        "reason": item.reason,
        "source": item.figure.source,
        "note": item.figure.note,
    }


def _joined(texts: Iterable[str]) -> str:
    """Distinct texts in their order; empty ones fall away."""
    return " | ".join(dict.fromkeys(text for text in texts if text))


def _csv(rows: Iterable[Mapping[str, str]]) -> bytes:
    listed = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(listed[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(listed)
    return text.getvalue().encode("utf-8")

"""One ledger line, and where it was read."""

from dataclasses import dataclass

from valuekit.domain.period import Month


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value was read: file and row, the header being row 1."""

    file: str
    row: int

    def __str__(self) -> str:
        """Write as a reader would look it up."""
        return f"{self.file}, row {self.row}"


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """An amount posted in a period for a product, under a contract or on its own.

    Attributes
    ----------
    line_id : str
        Unique in the ledger.
    contract_id : str or None
        None: a line of its own, never pooled.
    period : Month
        In which it is posted.
    service_period : Month
        When the service was rendered; decides rules and prices.
    product_code : str
        Text with its leading zeros.
    amount_minor : int
        Minor units of `currency`; negative for a credit note.
    currency : str
        ISO 4217.
    quantity : int
        Units sold; weighs the standalone selling price.
    """

    line_id: str
    contract_id: str | None
    period: Month
    service_period: Month
    product_code: str
    amount_minor: int
    currency: str
    quantity: int = 1

"""The policies of a rule book: accounting choices that are written down, never built in."""

from dataclasses import dataclass
from enum import StrEnum


class Pooling(StrEnum):
    """What is allocated together (IFRS 15.74)."""

    CONTRACT_PERIOD = "contract_period"
    CONTRACT = "contract"


class Rounding(StrEnum):
    """Who takes the odd minor units of a pool."""

    LARGEST_REMAINDER = "largest_remainder"
    TELESCOPING = "telescoping"


class Weighing(StrEnum):
    """What weighs a line whose contractual price lies below, inside or above the price's range."""

    SSP = "ssp"
    NEAREST_BOUND = "nearest_bound"
    CONTRACTUAL = "contractual"


class Subsidies(StrEnum):
    """What a subsidy is: less revenue (IFRS 15.70), a discount of the bundle (81), or a cost (91)."""

    REDUCTION_OF_REVENUE = "reduction_of_revenue"
    DISCOUNT_ACROSS_OBLIGATIONS = "discount_across_obligations"
    CONTRACT_COST = "contract_cost"


class Overlap(StrEnum):
    """What becomes of amounts that other business lines claim beyond 100 % of a line."""

    REPORT = "report"
    ELIMINATE = "eliminate"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Policies:
    """The choices of one rule book.

    Attributes
    ----------
    pooling : Pooling
        ``contract_period`` (the billing view) or ``contract`` (all months of a contract; the billing view
        stays in the journal, and the difference is the step ``contract_view``).
    rounding : Rounding
        Of pools. Driver shares are normalised once and always split in two.
    below, inside, above : Weighing
        By where the contractual price of one unit lies in ``low`` to ``high`` of the price list.
        ``nearest_bound`` is for below and above, ``contractual`` for inside.
    subsidies : Subsidies
        What lines of rules with ``subsidy: true`` are.
    overlap : Overlap
        What becomes of claims beyond 100 %.
    """

    pooling: Pooling = Pooling.CONTRACT_PERIOD
    rounding: Rounding = Rounding.LARGEST_REMAINDER
    below: Weighing = Weighing.SSP
    inside: Weighing = Weighing.SSP
    above: Weighing = Weighing.SSP
    subsidies: Subsidies = Subsidies.REDUCTION_OF_REVENUE
    overlap: Overlap = Overlap.REPORT

    @property
    def by_range(self) -> bool:
        """Whether the range of a price can change a weight."""
        return {self.below, self.inside, self.above} != {Weighing.SSP}

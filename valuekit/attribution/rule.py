"""One rule: which ledger lines, in which months, and what they are."""

from dataclasses import dataclass

from valuekit.attribution.patterns import Pattern
from valuekit.domain.carrier import Carrier, EvidenceTier, Treatment
from valuekit.domain.period import Month


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule decides; two rules that decide the same do not conflict.

    Attributes
    ----------
    carrier : Carrier or None
        None: one of `candidates`, not known which.
    candidates : tuple of Carrier
        What the line may be while it is unattributed; empty where the carrier is known.
    pool : bool
        Part of a bundle: reallocated inside what was billed together.
    driver_pool : str
        Shared service that metered drivers split; empty for none.
    claimant : str
        Whose share of the drivers is ours.
    driver : str
        Which of the pool's drivers allocates; empty where there is one.
    subsidy : bool
        What these lines are is decided by the policy ``subsidies`` of the book.
    bears_discount : bool
        The discount of a bundle belongs to these of its obligations alone (IFRS 15.82); the others
        take their standalone selling price.
    """

    carrier: Carrier | None
    candidates: tuple[Carrier, ...]
    treatment: Treatment
    evidence: EvidenceTier
    pool: bool
    driver_pool: str
    claimant: str
    driver: str = ""
    subsidy: bool = False
    bears_discount: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: if all columns of `match` match in a valid month, `outcome` holds.

    Attributes
    ----------
    priority : int
        The larger number goes first.
    valid_from, valid_to : Month or None
        Months of service, both included; None is open.
    match : tuple of (column, patterns)
        Each column matches if one of its patterns does: equal text, a glob (``*``, ``?``, ``[``), or a
        `Range`.
    """

    id: str
    priority: int
    valid_from: Month | None
    valid_to: Month | None
    match: tuple[tuple[str, tuple[Pattern, ...]], ...]
    outcome: Outcome
    reason: str

    def holds_in(self, service_period: str) -> bool:
        """Whether the rule is valid in a month of service (YYYY-MM)."""
        starts = self.valid_from is None or str(self.valid_from) <= service_period
        return starts and (self.valid_to is None or service_period <= str(self.valid_to))

"""A scope says which revenue is counted as mobile IoT; every figure names the scope it stands under."""

from dataclasses import dataclass, replace
from enum import StrEnum

from valuekit.domain.carrier import Carrier, EvidenceTier, Step, Treatment


class View(StrEnum):
    """Over what a bundle is allocated: the bills of one month, or the whole contract (IFRS 15.74)."""

    CONTRACT_PERIOD = "contract_period"
    CONTRACT = "contract"


@dataclass(frozen=True, slots=True)
class Scope:
    """A versioned definition of what is counted.

    Attributes
    ----------
    id, version : str
        Written together as ``wide@2026.1``; figures of different versions are bridged, never mixed.
    valid_from : str
        First month (YYYY-MM) in which the version is used.
    carriers, treatments, tiers : frozenset
        What is counted: all three must admit an amount.
    definition, source : str
        The definition in words, and where it comes from.
    view : View
        ``contract`` counts every step; ``contract_period`` leaves out the step ``contract_view``, so
        that a book that pools contracts can be read as it was billed.
    """

    id: str
    version: str
    valid_from: str
    carriers: frozenset[Carrier]
    treatments: frozenset[Treatment]
    tiers: frozenset[EvidenceTier]
    definition: str
    source: str
    view: View = View.CONTRACT

    def __str__(self) -> str:
        """Write as figures cite it."""
        return f"{self.id}@{self.version}"

    def admits(
        self,
        carrier: Carrier | None,
        treatment: Treatment,
        tier: EvidenceTier,
        *,
        step: Step = Step.BILLED,
    ) -> bool:
        """Whether an amount of this kind is counted; an unknown carrier (None) never is."""
        seen = step is not Step.CONTRACT_VIEW or self.view is View.CONTRACT
        return seen and carrier in self.carriers and treatment in self.treatments and tier in self.tiers

    def including(self, carrier: Carrier) -> "Scope":
        """Widen by one carrier, as a new scope, so that both can be shown."""
        return replace(self, carriers=self.carriers | {carrier})

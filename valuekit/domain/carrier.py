"""What carries value, how it is known, how it is counted, and the steps of the journal."""

from enum import StrEnum


class Carrier(StrEnum):
    """What the customer pays for; clause V (8) of the notice names the first three."""

    CARD = "card"
    TERMINAL = "terminal"
    PLATFORM = "platform"
    APPLICATION = "application"
    COMPUTE = "compute"
    STORAGE = "storage"
    OTHER_DRIVEN = "other_driven"
    OUT_OF_SCOPE = "out_of_scope"


class EvidenceTier(StrEnum):
    """How a figure is known, from the strongest to the weakest."""

    DIRECT = "direct"
    ALLOCATED = "allocated"
    ESTIMATED = "estimated"
    UNATTRIBUTED = "unattributed"


class Treatment(StrEnum):
    """Principal or agent (IFRS 15 B34-B38): counted gross, net of what is remitted, or not at all."""

    GROSS = "gross"
    NET = "net"
    EXCLUDED = "excluded"


class Step(StrEnum):
    """The additive steps of the journal, in their order.

    ``reallocated`` is the billing view of a bundle (pools of one contract and month), and
    ``contract_view`` what pools over all months of a contract change of it. ``overlap`` takes out what
    other business lines claim as theirs beyond 100 % of a line.
    """

    BILLED = "billed"
    REALLOCATED = "reallocated"
    CONTRACT_VIEW = "contract_view"
    DRIVEN = "driven"
    OVERLAP = "overlap"

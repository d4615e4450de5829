"""Attribution of a ledger's lines to carriers, exact to the minor unit."""

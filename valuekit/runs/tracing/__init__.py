"""From a printed figure or a ledger line back to what it was made of."""

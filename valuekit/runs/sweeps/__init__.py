"""One params file under every combination of some values."""

"""The public data that ships with the package, with its provenance."""

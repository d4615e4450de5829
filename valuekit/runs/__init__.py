"""The edge: params, notebooks, runs, records and their checks."""

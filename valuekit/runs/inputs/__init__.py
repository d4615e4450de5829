"""The inputs of a run: found, read, counted, kept."""

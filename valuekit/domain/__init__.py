"""The vocabulary of valuekit, in the standard library alone."""

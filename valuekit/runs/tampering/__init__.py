"""Change copies of a run in every way there is a name for."""

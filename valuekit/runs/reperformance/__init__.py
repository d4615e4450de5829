"""Do a run again from its record alone, and say how far the two agree."""

"""Two runs: what went in, what came out, and which cause moved which figure."""

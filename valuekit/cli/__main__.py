"""``python -m valuekit.cli``: the same as ``valuekit``."""

from valuekit.cli import main

main()

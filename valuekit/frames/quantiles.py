"""How the quantile columns of forecasts are called, for whoever needs no other column."""

from typing import Final

QUANTILE_COLUMNS: Final = ("q025", "q05", "q10", "q25", "q50", "q75", "q90", "q95", "q975")
QUANTILE_LEVELS: Final = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)

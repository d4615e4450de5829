"""Where and to whom the invented operator sells: provinces, segments, application areas, months."""

from typing import Final

from valuekit.domain.period import Month

OPERATOR: Final = "Sample Operator (synthetic)"
FIRST: Final = Month(2024, 1)
MONTHS: Final = 24

# Weights are rough and invented: large provinces buy more.
PROVINCES: Final = {
    "Beijing": 5, "Tianjin": 2, "Hebei": 6, "Shanxi": 3, "Inner Mongolia": 2, "Liaoning": 4, "Jilin": 2,
    "Heilongjiang": 3, "Shanghai": 6, "Jiangsu": 10, "Zhejiang": 10, "Anhui": 5, "Fujian": 5, "Jiangxi": 4,
    "Shandong": 9, "Henan": 8, "Hubei": 6, "Hunan": 6, "Guangdong": 14, "Guangxi": 4, "Hainan": 1,
    "Chongqing": 3, "Sichuan": 8, "Guizhou": 3, "Yunnan": 4, "Tibet": 1, "Shaanxi": 4, "Gansu": 2,
    "Qinghai": 1, "Ningxia": 1, "Xinjiang": 2,
}  # fmt: skip

# The areas that MIIT has used since 2022, with manufacturing beside them.
AREAS: Final = {"public services": 8, "vehicles": 6, "retail": 4, "home": 3, "manufacturing": 3}

SEGMENTS: Final = {"government": 2, "enterprise": 5, "small business": 3}


def month_text(index: int) -> str:
    """YYYY-MM of a month counted from the first of the ledger; negative before it."""
    return str(FIRST + index)

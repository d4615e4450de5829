"""A published period as a partition of its largest published total."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from valuekit.datasets.china_unicom.accounts import Published

TOTAL: Final = "operating_revenue_total"
SERVICE: Final = "service_revenue"
INDUSTRY: Final = "industry_internet_revenue"
CLOUD: Final = "cloud_revenue"
IOT: Final = "iot_revenue"
# What industry internet is made of: in H1 2020 ICT 75 + IDC and cloud 121 + IoT 22 + big data 9 = 227.
PARTS: Final = (IOT, "ict_revenue", "idc_and_cloud_revenue", "idc_revenue", CLOUD, "big_data_revenue")
# H1 2022: IoT 43 + cloud 187 + IDC 124 + big data 19 = 373 exceeds industry internet, 369.
CLOUD_CHANGED_SCOPE: Final = "2022-01"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the ledger: a published amount, or what published amounts leave over.

    Attributes
    ----------
    code : str
        Published measure without ``_revenue``, or ``derived:`` and what it is.
    minor, rounding_minor : int
        Amount, and how far published rounding can move it, in minor units.
    derived : bool
        Whether it is a difference of published amounts and was not published itself.
    terms : tuple of Published
        The amounts it is read from; the first less all others.
    note : str
        How it was read.
    """

    code: str
    minor: int
    rounding_minor: int
    derived: bool
    terms: tuple[Published, ...]
    note: str

    @property
    def line_id(self) -> str:
        """Unique in the ledger, such as ``2022-06-H1/iot``."""
        return f"{self.terms[0].label}/{self.code}"


def whole(measures: Mapping[str, Published]) -> Published:
    """The largest total published for a period: operating revenue, or else service revenue."""
    return measures[TOTAL] if TOTAL in measures else measures[SERVICE]


def industry_parts(measures: Mapping[str, Published]) -> list[Published]:
    """The published parts of industry internet; cloud only under its scope of before 2022."""
    return [
        measures[name]
        for name in PARTS
        if name in measures and not (name == CLOUD and measures[name].period >= CLOUD_CHANGED_SCOPE)
    ]


def partition(measures: Mapping[str, Published]) -> list[Line]:
    """Split one published period into lines that sum to its largest published total.

    Parameters
    ----------
    measures : mapping of str to Published
        The amounts of one period, by measure; industry internet and a total must be among them.

    Returns
    -------
    list of Line
        Industry internet first, then what services leave over, then goods.

    Raises
    ------
    ValueError
        If published parts exceed the whole that they are read into.
    """
    return [*_industry(measures), *_outside_industry(measures)]


def _industry(measures: Mapping[str, Published]) -> list[Line]:
    parts = industry_parts(measures)
    if not parts:
        return [_posted(measures[INDUSTRY], "published in one amount; its IoT is not shown apart")]
    lines = [_posted(part, "published") for part in parts]
    rest = _left_over(
        _rest_code(parts), measures[INDUSTRY], parts, "industry internet less its published parts"
    )
    return [*lines, rest] if rest.minor else lines


def _rest_code(parts: Sequence[Published]) -> str:
    with_iot = all(part.measure != IOT for part in parts)
    return "derived:rest_of_industry_internet" + ("_with_iot" if with_iot else "")


def _outside_industry(measures: Mapping[str, Published]) -> list[Line]:
    industry = measures[INDUSTRY]
    if SERVICE not in measures:
        note = "operating revenue less industry internet; holds goods too, service revenue is not published"
        return [_left_over("derived:rest_of_revenue", measures[TOTAL], [industry], note)]
    services = measures[SERVICE]
    rest = _left_over(
        "derived:rest_of_services", services, [industry], "service revenue less industry internet"
    )
    if TOTAL not in measures:
        return [rest]
    goods = _left_over(
        "derived:product_sales", measures[TOTAL], [services], "operating revenue less service revenue"
    )
    return [rest, goods]


def _posted(figure: Published, note: str) -> Line:
    code = figure.measure.removesuffix("_revenue")
    return Line(code, figure.minor, figure.rounding_minor, False, (figure,), note)  # noqa: FBT003


def _left_over(code: str, base: Published, parts: Sequence[Published], note: str) -> Line:
    minor = base.minor - sum(part.minor for part in parts)
    if minor < 0:
        raise ValueError(f"the parts of {base.measure} exceed it in {base.label}; read one of them otherwise")
    terms = (base, *parts)
    rounding = sum(term.rounding_minor for term in terms)
    return Line(code, minor, rounding, True, terms, note)  # noqa: FBT003

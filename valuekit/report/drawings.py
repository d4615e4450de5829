"""What a page holds that only a drawing engine can make: pictures of charts, and their library of scripts.

A page is rendered with what this machine draws, or, to check a page that exists, with what that page shows:
then nothing has to be drawn, and everything else on it can be compared.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from valuekit.report import trusted
from valuekit.report.svg import chart_svg, inline_svg


def _picture(spec: dict[str, Any], anchor: str) -> Markup:
    return Markup(inline_svg(chart_svg(spec), anchor))  # noqa: S704 -- rebuilt from known elements only


@dataclass(frozen=True, slots=True)
class Drawings:
    """Where pictures and library come from.

    Attributes
    ----------
    library : callable
        The script of the chart library.
    picture : callable
        From a chart's spec and its anchor on the page to an inline picture.
    """

    library: Callable[[], Markup] = trusted.chart_library
    picture: Callable[[dict[str, Any], str], Markup] = _picture

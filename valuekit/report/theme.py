"""How charts look: colours by meaning, tiers by pattern and lightness, one type family, light and dark.

Text, axes and threshold lines are drawn in ``currentColor``: inline SVG (static or by vega-embed's
``svg`` renderer) then takes the colour of the text around it, light or dark; a file on its own shows
black on a transparent ground. A chart carries no title inside: page, notebook and workbook print
`blocks.Chart.title` as text, which wraps, and `valuekit.report.standalone` draws it into a picture that
travels alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import altair as alt

from valuekit.report import standalone
from valuekit.report.standalone import is_wide, wrapped

INK: Final = standalone.INK
GREY: Final = "#8c8c8c"

# Told apart by colour-blind readers and, in grey print, by lightness; legible on white and on near-black.
CARRIER_COLOURS: Final = {
    "card": "#2f6fb3",
    "terminal": "#e08a1e",
    "platform": "#3a9d5d",
    "application": "#8f5bb5",
    "compute": "#3fb3b3",
    "storage": "#8c5a33",
    "other_driven": "#b8a33a",
    "out_of_scope": GREY,
    "unattributed": GREY,
}
CARRIERS: Final = tuple(CARRIER_COLOURS)
MODEL_COLOURS: Final = ("#d55e00", "#009e73", "#b0609a", "#b8860b", "#4f8fd0", "#7a7a7a")
STACK_COLOUR: Final = CARRIER_COLOURS["card"]

TIERS: Final = ("direct", "allocated", "estimated", "unattributed")
TIER_OPACITY: Final = {"direct": 1.0, "allocated": 0.5, "estimated": 1.0, "unattributed": 1.0}
# Symbols of the tier legend, as SVG paths from -1 to 1: filled, filled (drawn lighter), striped, outlined.
FILLED: Final = "M-1,-1H1V1H-1Z"
OUTLINED: Final = "M-1,-1H1V1H-1Z M-.75,-.75V.75H.75V-.75Z"
# Lines of a legend: whole, dashed, dotted.
SOLID: Final = "M-1.4,-.2H1.4V.2H-1.4Z"
DASHED: Final = "M-1.4,-.15H-.25V.15H-1.4Z M.25,-.15H1.4V.15H.25Z"
DOTTED: Final = "M-1.4,-.15H-.9V.15H-1.4Z M-.25,-.15H.25V.15H-.25Z M.9,-.15H1.4V.15H.9Z"
TIER_SHAPES: Final = {
    "direct": FILLED,
    "allocated": FILLED,
    "estimated": "M-1,-1H-.6V1H-1Z M-.2,-1H.2V1H-.2Z M.6,-1H1V1H.6Z",
    "unattributed": OUTLINED,
}
HATCH: Final = (2, 2)

_PHONE: Final = 340  # pixels

_LATIN: Final = 'system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans"'
_CJK: Final = '"Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei"'
FONTS: Final = {"en": f"{_LATIN}, {_CJK}, sans-serif", "zh": f"{_CJK}, {_LATIN}, sans-serif"}

# Width of a picture without a page around it; on a page the chart takes the width it is given.
STATIC_WIDTH: Final = 720


def _config(language: str) -> dict[str, Any]:
    """The Vega-Lite config shared by all charts."""
    axis = {
        "labelColor": INK, "labelOpacity": 0.85, "labelFontSize": 12, "labelLimit": 220, "labelPadding": 5,
        "titleColor": INK, "titleOpacity": 0.85, "titleFontSize": 12, "titleFontWeight": "normal",
        "gridColor": INK, "gridOpacity": 0.12, "domainColor": INK, "domainOpacity": 0.4,
        "tickColor": INK, "tickOpacity": 0.4,
    }  # fmt: skip
    legend = {
        "orient": "top", "title": None, "labelColor": INK, "labelFontSize": 12, "symbolSize": 120,
        "labelLimit": 260, "symbolStrokeWidth": 1.5, "columnPadding": 14, "offset": 8,
    }  # fmt: skip
    return {
        "background": "transparent",
        "font": FONTS[language],
        "view": {"stroke": None, "continuousWidth": STATIC_WIDTH, "discreteWidth": STATIC_WIDTH},
        "axis": axis,
        "legend": legend,
        "text": {"color": INK, "fontSize": 12},
        "rule": {"color": INK},
        "tick": {"color": INK},
    }


def finished(
    chart: alt.Chart | alt.LayerChart, language: str, *, height: int, description: str
) -> dict[str, Any]:
    """The Vega-Lite spec of a chart in the house look, as wide as its container.

    Parameters
    ----------
    chart : altair chart
        Single view or layers; facets and concatenations cannot follow their container.
    language : str
        ``en`` or ``zh``: decides the fonts.
    height : int
        Pixels of the plot; axes and legend come on top.
    description : str
        What assistive technology reads out.
    """
    sized = chart.properties(
        width="container",
        height=height,
        description=description,
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
    )
    spec: dict[str, Any] = sized.to_dict()
    return {**spec, "config": _config(language)}


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One entry of a legend: its printed name and its look."""

    label: str
    colour: str
    shape: str = FILLED
    opacity: float = 1.0


def key_layer(entries: Sequence[KeyEntry], *, offset: int = 8) -> alt.Chart:
    """An invisible layer whose legend shows colours, patterns and lightness together.

    Vega-Lite draws no patterns in a legend of its own making, and `fill` keeps the scale of this one
    apart from that of the bars, which are drawn by ``color``.
    """
    labels = [entry.label for entry in entries]

    def scale(values: list[Any]) -> alt.Scale:
        return alt.Scale(type="ordinal", domain=labels, range=values)

    shown = alt.Legend(title=None, columns=_columns(labels), offset=offset)
    layer: alt.Chart = (
        alt.Chart(alt.InlineData(values=[{"key": label} for label in labels]))
        .mark_point(size=0, filled=True, opacity=1)
        .encode(
            fill=alt.Fill("key:N", scale=scale([e.colour for e in entries]), legend=shown),
            shape=alt.Shape("key:N", scale=scale([e.shape for e in entries]), legend=shown),
            opacity=alt.Opacity(
                "key:N", sort=labels, scale=scale([e.opacity for e in entries]), legend=shown
            ),
        )
    )
    return layer


def broken(label: str, *, width: int = 24) -> str:
    """A label with line breaks, for axes whose labels are split at them."""
    return "\n".join(wrapped(label, width))


def _columns(labels: Sequence[str]) -> int:
    """As many columns as a phone has room for; a legend that asked for the width would be cut off."""
    widths = [30 + sum(13 if is_wide(c) else 6.5 for c in label) for label in labels]
    for columns in range(len(labels), 1, -1):
        if sum(max(widths[k::columns]) for k in range(columns)) <= _PHONE:
            return columns
    return 1


def tier_key(names: dict[str, str]) -> alt.Chart:
    """The legend of the evidence tiers; `names` are their printed names."""
    return key_layer([KeyEntry(n, GREY, TIER_SHAPES[t], TIER_OPACITY[t]) for t, n in names.items()])

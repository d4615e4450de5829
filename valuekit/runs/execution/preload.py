"""What a fork server imports for a notebook: heavy modules that start no thread when they are imported.

Polars is left out on purpose, and with it all of valuekit that computes with it: importing it starts a
thread, which a fork would not keep. A kernel imports it in a fifth of a second.
"""

import re
from typing import Final

from valuekit import _HOMES
from valuekit.runs.execution.cells import source_of
from valuekit.runs.execution.template import Template

_ALWAYS: Final = (
    *("numpy", "pandas", "altair", "vl_convert"),
    *("valuekit.runs.publication.context", "valuekit.datasets", "valuekit.report.show"),
    *("valuekit.report.display", "valuekit.report.svg"),
)
_FORECASTS: Final = ("scipy.stats", "scipy.optimize", "xarray", "numba", "scoringrules")
_PUBLIC_NAME: Final = re.compile(r"\b(?:vk|valuekit)\.(\w+)")


def modules_for(template: Template) -> tuple[str, ...]:
    """The modules to import before kernels of this notebook are forked.

    Parameters
    ----------
    template : Template
        Read for the public names of valuekit that its cells use.
    """
    used = {name for cell in template.notebook["cells"] for name in _PUBLIC_NAME.findall(source_of(cell))}
    homes = {_HOMES.get(name, "") for name in used}
    forecasts = any(home.startswith(("valuekit.forecast", "valuekit.outlook")) for home in homes)
    return _ALWAYS + (_FORECASTS if forecasts else ())

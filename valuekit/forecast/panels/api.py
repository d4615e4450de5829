"""`forecast_panel`: from many short series to joint draws of their futures and of their sum."""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valuekit.errors import InvalidInput
from valuekit.forecast.panels.common_shock import correlated, draw_common
from valuekit.forecast.panels.kept import kept_chains
from valuekit.forecast.panels.kernel import filtered, simulate
from valuekit.forecast.panels.line import lean, line
from valuekit.forecast.panels.panel import Panel
from valuekit.forecast.panels.parameters import natural
from valuekit.forecast.panels.posterior import Target
from valuekit.forecast.panels.result import PanelForecast

FloatArray = NDArray[np.float64]

PATHS: Final = 2000
_CHUNK: Final = 100


def forecast_panel(
    frame: pd.DataFrame,
    *,
    horizon: int | str,
    levels: str = "monthly",
    seed: int = 1,
    total: str | None = None,
    fresh: bool = False,
) -> PanelForecast:
    """Forecast many short series with one hierarchical model of their log growth, and a straight line each.

    Chains are kept by the digest of the panel, the seed and all that decides them; progress goes to stderr.

    Parameters
    ----------
    frame : DataFrame
        Schema PANEL: one row a series and period. Histories may start, pause and end at different
        periods; missing periods stay missing.
    horizon : int or str
        Number of periods after the panel's last one, or the last period to forecast.
    levels : str
        ``monthly`` or ``yearly``: how the periods are written and how far apart they lie.
    seed : int
        Equal seeds give equal draws.
    total : str, optional
        Name of the sum of all series. Where it is given, the draws hold the sum beside its parts;
        they add up draw by draw.
    fresh : bool
        Sample again even if the chains of this panel and seed are kept.

    Returns
    -------
    PanelForecast

    Raises
    ------
    InvalidInput
        For a wrong panel, horizon or name of the sum; nothing was sampled.
    """
    panel = Panel.from_frame(frame, levels=levels)
    steps = panel.steps_to(horizon)
    if total is not None and (not total or total in panel.names):
        raise InvalidInput.at("total", f"is {total!r}", "name the sum differently from every series")
    sampling, choosing, shocks = np.random.default_rng(seed).spawn(3)
    target = Target.of(panel.log_levels(), panel.step)
    chains = kept_chains(target, seed, sampling, fresh=fresh)
    points = np.concatenate(list(chains))
    chosen = np.linspace(0, len(points) - 1, PATHS).round().astype(int)
    common, paths = _paths(target, natural(points[chosen]), steps, (choosing, shocks))
    values = lean(np.exp(paths), *line(panel.stocks / panel.scales[:, None], steps))
    values *= panel.scales[None, :, None]
    return PanelForecast(panel, values, chains, common, total, seed)


def _paths(
    target: Target, drawn: FloatArray, steps: int, streams: tuple[np.random.Generator, np.random.Generator]
) -> tuple[FloatArray, FloatArray]:
    """Common correlation, shape (draw,), and log paths, (draw, series, step); chunks bound the memory."""
    choosing, shocks = streams
    commons, parts = [], []
    for i in range(0, len(drawn), _CHUNK):
        part = drawn[i : i + _CHUNK]
        held = filtered(target.levels, target.step, part)
        common = draw_common(held.ranks, choosing)
        shape = (len(part), len(target.levels), steps)
        normal = correlated(common, shape, shocks)
        uniform = shocks.random((*shape, 3))
        parts.append(simulate(held, target.step, part, normal=normal, uniform=uniform))
        commons.append(common)
    return np.concatenate(commons), np.concatenate(parts)

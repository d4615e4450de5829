"""The process that samples: ``python -m valuekit.forecast.worker compile|sample ...``.

Started by `sampling`, never imported by it. Fits by importance need no PyMC here. For NUTS, compiling and
sampling never happen in one process: draws of the process that compiled a graph differ in their last
bits, and so in everything, from those of a process that loads it (measured, see docs/methods/forecast.md).
"""

import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from valuekit.forecast.adaptive_importance import sample
from valuekit.forecast.baselines import BASELINES, forecast_baseline
from valuekit.forecast.diagnostics import convergence
from valuekit.forecast.fits import Fit
from valuekit.forecast.models import MODELS
from valuekit.forecast.models.gaussian import EventfulModel, ExactModel, SampledModel, on_scale
from valuekit.forecast.predict import conditional_paths
from valuekit.forecast.store import Store

FloatArray = NDArray[np.float64]


class _Compiled(Protocol):
    def with_data(self, **data: FloatArray) -> "_Compiled": ...


_compiled: dict[str, _Compiled] = {}


def compile_graph(name: str) -> _Compiled:
    """Compile a model's graph, or load what an earlier process compiled."""
    import nutpie  # noqa: PLC0415 - exact models and baselines need neither nutpie nor PyMC

    model = cast("SampledModel", MODELS[name])
    key = str(model.graph)
    if key not in _compiled:
        with warnings.catch_warnings():
            # PyTensor reports a fusion that its backend does not allow; the graph is only less fused.
            warnings.filterwarnings("ignore", message="Loop fusion failed")
            _compiled[key] = nutpie.compile_pymc_model(model.build())
    return _compiled[key]


def sample_by_nuts(fit: Fit) -> tuple[dict[str, FloatArray], dict[str, Any]]:
    """Draws of each parameter, shape (chain, draw), and the sampler's diagnostics."""
    import nutpie  # noqa: PLC0415

    model = cast("SampledModel", MODELS[fit.model])
    compiled = compile_graph(fit.model)
    trace = nutpie.sample(
        compiled.with_data(**model.data(on_scale(model, fit.relative))),
        chains=fit.settings.chains,
        tune=fit.settings.tune,
        draws=fit.settings.draws,
        target_accept=fit.settings.target_accept,
        seed=fit.seeds()[0],
        # Ceiling and speed of a curve trade off; a low-rank metric halves the steps and doubles the
        # effective draws of the diagonal one.
        adaptation="low_rank",
        cores=1,
        save_warmup=False,
        progress_bar=False,
    )
    posterior = trace["posterior"].dataset
    parameters = {p.parameter: posterior[p.parameter].to_numpy() for p in model.priors}
    diverging = int(trace["sample_stats"].dataset["diverging"].to_numpy().sum())
    return parameters, convergence(parameters, diverging)


def run(fit: Fit) -> tuple[dict[str, FloatArray], dict[str, Any]]:
    """One fit: arrays to keep, and facts about them."""
    if fit.model in BASELINES:
        mean, deviation = forecast_baseline(fit.model, fit.relative, fit.years)
        return {"mean": mean, "deviation": deviation}, {}
    model, (_, rng) = MODELS[fit.model], fit.seeds()
    facts: dict[str, Any] = {}
    if model.graph is None:
        drawn = cast("ExactModel", model).draw(fit.relative, fit.settings.count, rng)
    else:
        sampled, facts = _sampled(fit, cast("SampledModel", model), rng)
        drawn = {name: values.reshape(-1) for name, values in sampled.items()}
    repeated = {name: np.repeat(values, fit.settings.paths) for name, values in drawn.items()}
    if isinstance(model, EventfulModel):
        repeated |= model.events(repeated, on_scale(model, fit.relative), rng)
    paths = conditional_paths(model, repeated, relative=fit.relative, years=fit.years, rng=rng)
    facts["floored"] = float((paths[:, -1] <= 0.0).mean())
    return {"paths": paths} | {f"parameter:{name}": values for name, values in drawn.items()}, facts


def _sampled(
    fit: Fit, model: SampledModel, rng: np.random.Generator
) -> tuple[dict[str, FloatArray], dict[str, Any]]:
    if fit.settings.sampler == "nuts":
        return sample_by_nuts(fit)
    shape = fit.settings.chains, fit.settings.tune, fit.settings.draws
    return sample(model, fit.relative, shape, rng)


def sample_all(job: Path) -> None:
    """Run the fits of a job file and keep each."""
    given = json.loads(job.read_text(encoding="utf-8"))
    store = Store(Path(given["store"]))
    started = time.perf_counter()
    for fit in map(Fit.from_dict, given["fits"]):
        store.save(fit.key, *run(fit))
    elapsed = time.perf_counter() - started
    names = ", ".join(sorted({fit["model"] for fit in given["fits"]}))
    sys.stderr.write(f"valuekit: sampled {len(given['fits'])} fits of {names} in {elapsed:.0f} s\n")


def main(arguments: list[str]) -> None:
    """Compile a graph, or sample the fits of a job file."""
    if arguments[0] == "compile":
        compile_graph(arguments[1])
    else:
        sample_all(Path(arguments[1]))


if __name__ == "__main__":
    main(sys.argv[1:])

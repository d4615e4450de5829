"""The PyMC graphs state the densities that the product samples."""

import numpy as np
import pytest
from scipy.stats import lognorm, norm

from valuekit.forecast.models import MODELS
from valuekit.forecast.models.gaussian import on_scale

from .test_adaptive_importance import SHORT
from .test_models import draws

GRAPHS = {model.graph: name for name, model in reversed(MODELS.items()) if model.graph}


@pytest.mark.slow
@pytest.mark.parametrize("name", GRAPHS.values())
def test_a_graph_has_the_density_of_its_model(name):
    import pymc as pm
    from pytensor.compile.mode import Mode

    model, one = MODELS[name], draws(name) | ({"rate": np.array([0.2])} if name == "purges" else {})
    own = on_scale(model, SHORT)
    graph = model.build()
    with graph:
        pm.set_data(model.data(own))
    # Evaluated node by node in Python: compiling would take a minute a graph.
    density = graph.compile_logp(jacobian=False, mode=Mode(linker="py", optimizer=None))
    point = graph.initial_point()
    expected = float(model.log_likelihood(one, own)[0])
    for prior in model.priors:
        value = float(one[prior.parameter][0])
        key = f"{prior.parameter}_log__" if prior.positive else prior.parameter
        point[key] = np.array(np.log(value) if prior.positive else value)
        frozen = (
            lognorm(prior.scale, scale=np.exp(prior.location))
            if prior.positive
            else norm(prior.location, prior.scale)
        )
        expected += float(frozen.logpdf(value))
    assert float(density(point)) == pytest.approx(expected, abs=1e-6)

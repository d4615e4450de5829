"""The only place that samples: hands fits to processes of their own and keeps what they draw.

The caller's process never imports PyMC, and neither does a worker that samples by importance. For NUTS a
graph that the compile cache lacks is compiled in a throwaway process. Sampling always happens in a fresh
one with one thread for BLAS, so that cold and warm caches, one and two cores give the same bits.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from valuekit.datasets import cache_folder
from valuekit.errors import RunFailed
from valuekit.forecast.cache import graph_digest, wants_fresh
from valuekit.forecast.fits import Fit
from valuekit.forecast.models import MODELS
from valuekit.forecast.store import Store

MAX_WORKERS: Final = 2
_ONE_THREAD: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@contextmanager
def open_store(*, fresh: bool = False) -> Iterator[Store]:
    """The kept fits; with `fresh` (or ``$VALUEKIT_FRESH``) an empty store that is thrown away."""
    if fresh or wants_fresh():
        with tempfile.TemporaryDirectory(prefix="valuekit-fits-") as folder:
            yield Store(Path(folder))
    else:
        yield Store(cache_folder() / "fits")


def ensure(fits: Sequence[Fit], store: Store) -> None:
    """Sample the fits that the store lacks.

    Raises
    ------
    RunFailed
        If a sampling process ends with an error; its message is part of ours.
    """
    missing = [fit for fit in fits if not store.has(fit.key)]
    if not missing:
        return
    _each(_compile, list({_graph(fit): fit.model for fit in missing if _graph(fit)}.items()))
    _each(lambda group: _sample(group, store), _groups(missing))


def _graph(fit: Fit) -> str | None:
    """What has to be compiled for a fit; nothing but for NUTS."""
    wanted = fit.model in MODELS and fit.settings.sampler == "nuts"
    return MODELS[fit.model].graph if wanted else None


def _groups(fits: Sequence[Fit]) -> list[list[Fit]]:
    """At most two groups; a graph stays in one of them, since loading it is the larger cost."""
    by_graph: dict[str, list[Fit]] = {}
    for fit in fits:
        by_graph.setdefault(_graph(fit) or "", []).append(fit)
    loose = by_graph.pop("", [])
    groups: list[list[Fit]] = [[] for _ in range(MAX_WORKERS)]
    for held in sorted(by_graph.values(), key=len, reverse=True):
        min(groups, key=len).extend(held)
    # By turns, the costly ones first: a fit of four runs costs as much as a dozen refits.
    for fit in sorted(loose, key=_cost, reverse=True):
        min(groups, key=lambda group: sum(map(_cost, group))).append(fit)
    return [group for group in groups if group]


def _cost(fit: Fit) -> int:
    """Roughly: likelihoods times the months in each."""
    return (fit.settings.chains * fit.settings.tune + 100) * len(fit.relative.years)


def _each(action: Any, items: Sequence[Any]) -> None:
    with ThreadPoolExecutor(MAX_WORKERS) as pool:
        list(pool.map(action, items))


def _compile(wanted: tuple[str, str]) -> None:
    graph, model = wanted
    # Beside the compiled code, so that whoever clears that clears the marker with it.
    marker = _compile_folder() / "valuekit" / f"{graph}-{graph_digest(graph)[:32]}"
    if marker.exists():
        return
    sys.stderr.write(f"valuekit: compiling {graph} (once per machine, over a minute) ...\n")
    _run_worker(["compile", model])
    marker.parent.mkdir(parents=True, exist_ok=True)
    marker.touch()


def _sample(fits: Sequence[Fit], store: Store) -> None:
    names = ", ".join(sorted({fit.model for fit in fits}))
    sys.stderr.write(f"valuekit: sampling {len(fits)} fits of {names} ...\n")
    with tempfile.TemporaryDirectory(prefix="valuekit-job-") as folder:
        job = Path(folder) / "job.json"
        content = {"store": str(store.root), "fits": [fit.as_dict() for fit in fits]}
        job.write_text(json.dumps(content), encoding="utf-8")
        _run_worker(["sample", str(job)])


def _run_worker(arguments: Sequence[str]) -> None:
    command = [sys.executable, "-m", "valuekit.forecast.worker", *arguments]
    ended = subprocess.run(
        command, env=_environment(), stderr=subprocess.PIPE, text=True, encoding="utf-8", check=False
    )
    if ended.returncode:
        raise RunFailed(f"a sampling process ended with code {ended.returncode}:\n{ended.stderr[-4000:]}")
    sys.stderr.write(
        "".join(f"{line}\n" for line in ended.stderr.splitlines() if line.startswith("valuekit:"))
    )


def _compile_folder() -> Path:
    return cache_folder() / "pytensor"


def _environment() -> dict[str, str]:
    """The worker's environment: one thread, a compile cache of our own, no C compiler, this package."""
    compiled = f"base_compiledir={_compile_folder()},cxx="
    source = str(Path(__file__).parents[2])
    path = os.pathsep.join(part for part in (source, os.environ.get("PYTHONPATH", "")) if part)
    threads = dict.fromkeys(_ONE_THREAD, "1")
    return os.environ | threads | {"PYTENSOR_FLAGS": compiled, "PYTHONPATH": path, "PYTHONHASHSEED": "0"}

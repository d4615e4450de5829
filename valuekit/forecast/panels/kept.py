"""Chains of a panel, kept by the digest of everything they depend on, so that a second run is quick.

Sampling stays in this process: nothing is compiled per panel and no threaded BLAS decides a bit, which are
the reasons why other fits are handed to fresh processes (`forecast.sampling`). Paths are drawn again each
time: that takes seconds, and they would take a hundred times the room.
"""

import hashlib
import sys
from functools import cache, partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from valuekit.forecast.cache import environment
from valuekit.forecast.panels.posterior import Target
from valuekit.forecast.panels.sampler import MAX_BLOCKS, sample
from valuekit.forecast.sampling import open_store

FloatArray = NDArray[np.float64]

# What decides the chains; the other files decide what is drawn from them.
_SOURCES: Final = ("kernel.py", "law.py", "parameters.py", "posterior.py", "sampler.py")


def kept_chains(target: Target, seed: int, rng: np.random.Generator, *, fresh: bool) -> FloatArray:
    """Chains of shape (chain, draw, parameter), from the store or sampled and put there."""
    key = chains_key(target, seed)
    with open_store(fresh=fresh) as store:
        if not store.has(key):
            chains = sample(target, rng, progress=partial(_say, len(target.levels)))
            store.save(key, {"chains": chains}, {})
        return store.load(key)[0]["chains"]


def chains_key(target: Target, seed: int) -> str:
    """SHA-256 of the panel, the seed, our sources, the packages and the processor."""
    held = [np.ascontiguousarray(part) for part in (target.levels, target.weights)]
    said = f"panel {[part.shape for part in held]} {target.step!r} {seed} {_source_digest()} {environment()}"
    return hashlib.sha256(said.encode() + b"".join(part.tobytes() for part in held)).hexdigest()


def _say(series: int, done: int) -> None:
    """A line before each step of the work, as `forecast.sampling` writes them."""
    step = "warming up" if done == 0 else f"sampling, block {done} of at most {MAX_BLOCKS}"
    sys.stderr.write(f"valuekit: panel of {series} series: {step} ...\n")


@cache
def _source_digest() -> str:
    here = Path(__file__).parent
    return hashlib.sha256(b"".join((here / name).read_bytes() for name in _SOURCES)).hexdigest()

"""What identifies a run: a digest of all it depends on, and an id that sorts by time."""

import hashlib
import os
import platform
import re
import sys
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Final

import valuekit
from valuekit.runs.params.params import Params
from valuekit.runs.record.digests import canonical

#: Environment variables that can change a result; recorded where they are set.
RELEVANT: Final = (
    "PYTENSOR_FLAGS",
    "POLARS_MAX_THREADS",
    "VALUEKIT_CACHE",
    "NUMBA_CPU_NAME",
    "NUMBA_NUM_THREADS",
)
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def run_digest(params: Params) -> str:
    """SHA-256 of parameters, inputs, template and valuekit's version: equal for runs that must agree."""
    used = params.as_used()
    identity = {
        "parameters": used["parameters"],
        "language": used["language"],
        "seed": used["seed"],
        "inputs": {given.name: given.sha256 for given in params.inputs},
        "columns": {given.name: dict(given.columns) for given in params.inputs},
        "template": params.template.sha256,
        "valuekit": valuekit.__version__,
    }
    if sheets := {given.name: given.sheet for given in params.inputs if given.sheet is not None}:
        identity["sheets"] = sheets
    return hashlib.sha256(canonical(identity)).hexdigest()


@cache
def package_versions() -> Mapping[str, str]:
    """Version of Python, of valuekit and of each package it asks for, as installed here."""
    names = {"valuekit"}
    for requirement in metadata.requires("valuekit") or []:
        matched = _NAME.match(requirement)
        if matched and "extra ==" not in requirement:
            names.add(matched.group())
    found = {"python": platform.python_version()}
    for name in sorted(names):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def platform_words() -> str:
    """System, processor and Python of this machine; not its name."""
    python = f"{sys.implementation.name} {platform.python_version()}"
    return f"{platform.system()} {platform.release()}, {platform.machine()}{_processor()}, {python}"


@cache
def _processor() -> str:
    """Model and a digest of the instruction sets, on which compiled code and with it the last bits depend."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return f" {platform.processor()}".rstrip()
    facts = dict(line.partition(":")[::2] for line in reversed(lines))  # the first processor's
    named = {name.strip(): " ".join(held.split()) for name, held in facts.items()}
    sets = named.get("flags") or named.get("Features", "")
    return f" {named.get('model name', '')} ({hashlib.sha256(sets.encode()).hexdigest()[:8]})"


def lock_digest(folder: Path) -> str | None:
    """SHA-256 of the project's ``requirements.lock``; None without one."""
    lock = folder / "requirements.lock"
    return hashlib.sha256(lock.read_bytes()).hexdigest() if lock.is_file() else None


def relevant_environment() -> dict[str, str]:
    """Environment variables that can change a result, as they are set here; of the salt its fingerprint."""
    from valuekit.frames.pseudonyms import VARIABLE, fingerprint_if_any  # noqa: PLC0415 -- loads frames

    salt = fingerprint_if_any()
    fingerprint = {} if salt is None else {VARIABLE: f"fingerprint {salt}"}
    return {name: os.environ[name] for name in RELEVANT if name in os.environ} | fingerprint

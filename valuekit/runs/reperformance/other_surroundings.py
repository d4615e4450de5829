"""What is not the same here as where a run was made: why numbers may differ in their last digits."""

from collections.abc import Iterator, Mapping

from valuekit.runs.record import identity
from valuekit.runs.reperformance.recipe import Surroundings


def here() -> Surroundings:
    """Versions, system, processor and variables of this machine."""
    return Surroundings(
        identity.package_versions(), identity.platform_words(), identity.relevant_environment()
    )


def reasons(recorded: Surroundings, now: Surroundings) -> tuple[str, ...]:
    """Say what is not the same; nothing if all that was recorded is."""
    platforms = {"system and processor": recorded.platform}, {"system and processor": now.platform}
    return (
        *_unlike("version of ", recorded.versions, now.versions),
        *_unlike("", *platforms),
        *_unlike("variable ", recorded.environment, now.environment),
    )


def _unlike(what: str, recorded: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*recorded, *now}):
        old, new = recorded.get(name, "none"), now.get(name, "none")
        if (
            old != new and name != "VALUEKIT_CACHE"
        ):  # a place, which a re-performance replaces by an empty one
            yield f"{what}{name}: {old}; here {new}"

"""Connection series: models, sampling, stacking, scores, attainment."""

import sys
from types import ModuleType
from typing import Any


class _ForecastPackage(ModuleType):
    """Lets ``vk.forecast(series)`` work whether or not this package was imported before.

    The package and its main function share a name (design, section 8). Importing any module of
    the package binds ``valuekit.forecast`` to the package, so the package itself must be callable.
    """

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from valuekit.forecast.api import forecast  # noqa: PLC0415 -- heavy; only when it is called

        return forecast(*args, **kwargs)


sys.modules[__name__].__class__ = _ForecastPackage

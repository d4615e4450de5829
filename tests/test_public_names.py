"""The public names are chosen: what is listed is what there is, and each has a docstring."""

import subprocess
import sys
import typing

import pytest

import valuekit as vk


@pytest.mark.parametrize("name", vk.__all__)
def test_a_public_name_loads_and_is_explained(name):
    assert getattr(vk, name).__doc__


def test_the_lazy_list_the_export_list_and_the_directory_agree():
    assert {*vk._HOMES, "show"} == set(vk.__all__)
    assert {*vk.__all__, "__version__"} == set(dir(vk))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'forcast'"):
        typing.cast("typing.Any", vk).forcast  # noqa: B018


def test_forecast_can_be_called_although_the_package_has_the_same_name():
    code = "import valuekit.forecast.series, valuekit as vk; assert callable(vk.forecast)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_valuekit_loads_nothing_heavy():
    code = (
        "import sys, valuekit; sys.exit(any(m in sys.modules for m in ('pandas', 'polars', 'numpy', 'pymc')))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

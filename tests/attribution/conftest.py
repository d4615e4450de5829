"""Spark on this machine, started once for all tests that want it."""

import os
import shutil

import pytest


@pytest.fixture(scope="session")
def spark_master():
    """Two cores, and two more attempts for a task that was killed; where CI demands it, it must be there."""
    if shutil.which("java") is None and not os.environ.get("VALUEKIT_REQUIRE_SPARK"):
        pytest.skip("no Java on this machine (Debian: apt-get install openjdk-17-jre-headless)")
    from valuekit.attribution.spark_session import session

    master = "local[2,3]"
    with session(master):
        yield master

"""What tests of several rooms share: laws checked on the same cases everywhere, a real browser without network,
and a real database server.
"""

import os
import shutil

import pytest
from hypothesis import settings

from tests.postgresql_server import installed, running

# The same cases on every machine, and no verdict on how busy it is.
settings.register_profile("valuekit", deadline=None, derandomize=True)
settings.load_profile("valuekit")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow files first, so that no process is left with one when the others have ended."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


_ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
_NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser():
    """Chromium as installed on the system; where CI demands it, its absence is a failure."""
    from playwright.sync_api import sync_playwright

    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None and not os.environ.get("VALUEKIT_REQUIRE_BROWSER"):
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium fonts-noto-cjk)")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=_ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def postgresql():
    """A running PostgreSQL server with the database gl; where CI demands it, its absence is a failure."""
    binaries = installed()
    if binaries is None and not os.environ.get("VALUEKIT_REQUIRE_POSTGRESQL"):
        pytest.skip("no PostgreSQL on this machine (Debian: apt-get install postgresql)")
    assert binaries is not None, "VALUEKIT_REQUIRE_POSTGRESQL is set, and there is no initdb"
    with running(binaries) as server:
        yield server

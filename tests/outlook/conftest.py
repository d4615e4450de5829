import pytest


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory):
    """Generated sets go into a folder of the test run, never into that of the user."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VALUEKIT_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield

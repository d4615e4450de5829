"""Generated sets: written once, whole, the same bytes, and anew when their generator changes."""

import subprocess
import sys

import pytest

from valuekit.datasets import cache_folder, locate
from valuekit.datasets.generated import GENERATORS, fingerprint
from valuekit.errors import InvalidInput


@pytest.mark.parametrize("name", GENERATORS)
def test_a_generator_writes_the_same_bytes_again(name):
    assert locate(name).read_bytes() == GENERATORS[name].write()


def test_a_set_is_written_once_and_nothing_is_left_beside_it(monkeypatch, tmp_path):
    monkeypatch.setenv("VALUEKIT_CACHE", str(tmp_path))
    path = locate("china_unicom/ledger")
    written = path.stat().st_mtime_ns
    assert locate("china_unicom/ledger").stat().st_mtime_ns == written
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == [path]


def test_the_file_name_tells_one_generator_from_the_next():
    assert fingerprint("china_unicom/ledger") in locate("china_unicom/ledger").name
    assert fingerprint("china_unicom/ledger") != fingerprint("synthetic_operator/ledger")


def test_a_cache_that_cannot_be_written_says_what_to_do(monkeypatch, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("VALUEKIT_CACHE", str(blocked))
    with pytest.raises(InvalidInput, match="VALUEKIT_CACHE"):
        locate("china_unicom/ledger")


def test_without_a_wish_the_cache_is_that_of_the_user(monkeypatch):
    monkeypatch.delenv("VALUEKIT_CACHE")
    assert cache_folder().name == "valuekit"


def test_who_only_looks_for_a_file_does_not_wait_for_pandas():
    code = "import sys; from valuekit.datasets import locate; locate('operators/accounts'); print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"

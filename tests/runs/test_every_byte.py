"""Every byte of every file flipped: held against the record by the function that `verify` calls."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuekit.runs.record.crate import CRATE
from valuekit.runs.record.record_form import digested, own_digest_entity, record_bytes
from valuekit.runs.tampering import every_byte as mode
from valuekit.runs.tampering import tamper as kinds
from valuekit.runs.tampering.every_byte import every_byte, flipped
from valuekit.runs.verification.folder_checks import changed


def entity_of(content: bytes) -> dict[str, str]:
    return {"contentSize": str(len(content)), "sha256": hashlib.sha256(content).hexdigest()}


@pytest.fixture
def folder(tmp_path):
    """A record of two files, of 3 and of 20,000 bytes."""
    contents = {"a.txt": b"abc", "b.txt": bytes(range(250)) * 80}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    files = [{"@id": name, "@type": "File", **entity_of(one)} for name, one in contents.items()]
    record = digested({"@graph": [*files, own_digest_entity()]})
    (tmp_path / CRATE).write_bytes(record_bytes(record))
    return tmp_path


@given(st.binary(max_size=24), st.binary(max_size=24))
def test_a_flip_in_memory_is_judged_as_a_flip_in_the_file(tmp_path_factory, content, recorded):
    """Also where the record is of another content, so that a flip may mend it."""
    path = tmp_path_factory.getbasetemp() / "flipped"
    said = []
    for offset in range(len(content)):
        path.write_bytes(content[:offset] + bytes([content[offset] ^ 1]) + content[offset + 1 :])
        said.append(changed(path, len(content), entity_of(recorded)))
    assert list(flipped(content, entity_of(recorded))) == said


def test_each_file_is_told_with_its_bytes_and_what_caught_them(folder):
    told = []
    results = list(every_byte(folder, lambda *words: told.append(words)))
    size = (folder / CRATE).stat().st_size
    assert [(one.kind, one.caught_by) for one in results] == [
        (f"each of {size:,} bytes: {CRATE}", ("record",)),
        ("each of 3 bytes: a.txt", ("intact",)),
        ("each of 20,000 bytes: b.txt", ("intact",)),
    ]
    assert told == [("b.txt", 16_384, 20_000)]


def test_a_byte_that_nobody_sees_is_named(folder, monkeypatch):
    words = iter(["", "changed", ""])
    monkeypatch.setattr(mode, "difference", lambda *_: next(words, "changed"))
    missed = list(every_byte(folder, lambda *_: None))[1]
    assert (missed.caught_by, missed.detail) == ((), "not seen: 2 bytes, the first at 0")


def test_the_command_tries_the_bytes_when_asked_and_says_where_it_was_interrupted(
    folder, command, monkeypatch
):
    monkeypatch.setattr(kinds, "tamper", lambda *_: iter(()))
    code, out, err = command("tamper", str(folder), "--every-byte")
    assert (code, out.splitlines()[1]) == (0, "each of 3 bytes: a.txt -> intact")
    assert "b.txt: 16,384 of 20,000 bytes tried" in err

    def stopped(content, _):
        if len(content) > 3:
            raise KeyboardInterrupt
        return iter(["changed"] * len(content))

    monkeypatch.setattr(mode, "flipped", stopped)
    code, _, err = command("tamper", str(folder), "--every-byte")
    assert code == 1
    assert "interrupted after 2 results: the rest was not tried" in err

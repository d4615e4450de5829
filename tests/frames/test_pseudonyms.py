"""Customers are grouped under keyed hashes; the key stays with the user."""

import hashlib
import hmac
import os
import stat

import polars as pl
import pytest

from valuekit.errors import InvalidInput
from valuekit.frames.pseudonyms import Pseudonyms, fingerprint_if_any, pseudonyms, pseudonyms_for

SALT = "5f" * 32
OTHER = "a0" * 32


def under(salt: str) -> Pseudonyms:
    return pseudonyms({"VALUEKIT_SALT": salt})


def test_a_pseudonym_is_the_beginning_of_the_keyed_hash():
    expected = hmac.new(SALT.encode(), "C-10001客户".encode(), hashlib.sha256).hexdigest()[:16]
    assert under(SALT).of("C-10001客户") == f"c{expected}"


def test_equal_customers_stay_equal_and_absent_ones_absent():
    """
    A  B  A  (none)
    """
    hidden = under(SALT).column(pl.Series("customer_id", ["A", "B", "A", None]))
    assert hidden[0] == hidden[2] != hidden[1]
    assert hidden.to_list()[3] is None
    assert not set(hidden.drop_nulls()) & {"A", "B"}
    assert under(SALT).column(hidden.clear()).to_list() == []


def test_lines_keep_all_but_their_customers():
    lines = pl.DataFrame({"line_id": ["1", "2"], "customer_id": ["A", None], "amount_minor": [5, -5]})
    hidden = under(SALT).frame(lines)
    assert hidden.columns == lines.columns
    assert hidden.drop("customer_id").equals(lines.drop("customer_id"))
    assert hidden["customer_id"].to_list() == [under(SALT).of("A"), None]
    anonymous = lines.drop("customer_id")
    assert under(SALT).frame(anonymous) is anonymous


def test_another_salt_gives_other_pseudonyms_and_another_fingerprint():
    assert under(SALT).of("A") != under(OTHER).of("A")
    assert under(SALT).fingerprint == under(SALT).fingerprint != under(OTHER).fingerprint


def test_the_salt_is_in_no_text_about_it():
    one = under(SALT)
    for text in (repr(one), str(one), one.fingerprint, one.of("A")):
        assert SALT not in text


def test_the_first_use_makes_a_salt_that_only_its_owner_can_read(tmp_path):
    first = pseudonyms({}, tmp_path / "config")
    path = tmp_path / "config" / "salt"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["salt"]
    assert pseudonyms({}, tmp_path / "config").fingerprint == first.fingerprint
    assert pseudonyms({}, tmp_path / "elsewhere").fingerprint != first.fingerprint


def test_the_process_that_was_faster_decides_the_salt(tmp_path, monkeypatch):
    path = tmp_path / "salt"
    before = os.open

    def slow(*arguments):
        if not path.exists():
            path.write_text(SALT)
            path.chmod(0o600)
        return before(*arguments)

    monkeypatch.setattr(os, "open", slow)
    assert pseudonyms({}, tmp_path).fingerprint == under(SALT).fingerprint
    assert [p.name for p in tmp_path.iterdir()] == ["salt"]


def test_the_variable_goes_before_the_file(tmp_path):
    assert pseudonyms({"VALUEKIT_SALT": SALT}, tmp_path / "none").fingerprint == under(SALT).fingerprint
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("salt", ["", "hunter2", "x" * 31])
def test_a_salt_that_can_be_guessed_is_refused_and_not_repeated(salt):
    with pytest.raises(InvalidInput, match=r"VALUEKIT_SALT: a salt of \d+ characters can be guessed") as said:
        under(salt)
    assert not salt or salt not in str(said.value)


def test_a_salt_that_others_can_read_is_refused(tmp_path):
    (tmp_path / "salt").write_text(SALT)
    (tmp_path / "salt").chmod(0o640)
    with pytest.raises(InvalidInput, match=r"others can read the salt; chmod 600") as said:
        pseudonyms({}, tmp_path)
    assert SALT not in str(said.value)


@pytest.mark.parametrize("content", [b"\xff" * 40, b"short"])
def test_a_damaged_salt_is_refused(tmp_path, content):
    (tmp_path / "salt").write_bytes(content)
    (tmp_path / "salt").chmod(0o600)
    with pytest.raises(InvalidInput, match="salt"):
        pseudonyms({}, tmp_path)


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput, match=r"cannot be kept there \(NotADirectoryError\)"):
        pseudonyms({}, tmp_path / "file" / "config")


def test_asking_for_a_fingerprint_makes_no_salt(tmp_path):
    assert fingerprint_if_any({}, tmp_path) is None
    assert list(tmp_path.iterdir()) == []
    made = pseudonyms({}, tmp_path)
    assert fingerprint_if_any({}, tmp_path) == made.fingerprint
    assert fingerprint_if_any({"VALUEKIT_SALT": SALT}, tmp_path) == under(SALT).fingerprint
    assert fingerprint_if_any({"VALUEKIT_SALT": "short"}, tmp_path) is None


def test_where_no_customer_is_used_no_salt_is_looked_for(monkeypatch):
    monkeypatch.setenv("VALUEKIT_SALT", "too short to be used")
    assert pseudonyms_for(("product_code", "period")) is None
    with pytest.raises(InvalidInput, match="VALUEKIT_SALT"):
        pseudonyms_for(("product_code", "customer_id"))

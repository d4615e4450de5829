"""Key files and trusted keys: made for their owner alone, read strictly, never overwritten."""

import base64
import os
import stat

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization as forms
from cryptography.hazmat.primitives.asymmetric import ed448, ed25519, rsa

from valuekit.errors import InvalidInput
from valuekit.runs.vouching.keys import PASSPHRASE_VARIABLE, chosen_key, new_key, public_pem_of, read_key
from valuekit.runs.vouching.public_keys import key_id_of, public_der
from valuekit.runs.vouching.trust import TrustedKeys, entry_text, project_trust, read_trust


@pytest.fixture(autouse=True)
def no_key_of_mine(monkeypatch):
    monkeypatch.delenv("VALUEKIT_KEY", raising=False)
    monkeypatch.delenv(PASSPHRASE_VARIABLE, raising=False)


def refused(call, *arguments) -> str:
    with pytest.raises(InvalidInput) as caught:
        call(*arguments)
    return str(caught.value)


def test_a_new_key_is_its_owners_alone_and_reads_back(tmp_path):
    made = new_key(tmp_path / "li.pem")
    assert stat.S_IMODE((tmp_path / "li.pem").stat().st_mode) == 0o600
    assert read_key(tmp_path / "li.pem").key_id == made.key_id == key_id_of(public_der(made.public_pem))
    assert "PRIVATE" not in repr(made) + made.public_pem


def test_a_key_is_never_overwritten(tmp_path):
    new_key(tmp_path / "li.pem")
    before = (tmp_path / "li.pem").read_bytes()
    assert "a key is never overwritten" in refused(new_key, tmp_path / "li.pem")
    (tmp_path / "link.pem").symlink_to(tmp_path / "nowhere.pem")
    assert "a key is never overwritten" in refused(new_key, tmp_path / "link.pem")
    assert (tmp_path / "li.pem").read_bytes() == before
    assert "cannot be written" in refused(new_key, tmp_path / "no" / "such" / "folder.pem")


def test_a_passphrase_locks_the_key(tmp_path, monkeypatch):
    monkeypatch.setenv(PASSPHRASE_VARIABLE, "correct horse 电池")
    made = new_key(tmp_path / "li.pem")
    assert read_key(tmp_path / "li.pem").key_id == made.key_id
    monkeypatch.setenv(PASSPHRASE_VARIABLE, "wrong")
    assert "the passphrase is wrong" in refused(read_key, tmp_path / "li.pem")
    monkeypatch.delenv(PASSPHRASE_VARIABLE)
    assert f"set {PASSPHRASE_VARIABLE}" in refused(read_key, tmp_path / "li.pem")


def test_a_passphrase_that_is_set_does_no_harm_to_an_open_key(tmp_path, monkeypatch):
    made = new_key(tmp_path / "li.pem")
    monkeypatch.setenv(PASSPHRASE_VARIABLE, "of another key")
    assert read_key(tmp_path / "li.pem").key_id == made.key_id


def pem_of(private) -> bytes:
    return private.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, forms.NoEncryption())


HOSTILE = {
    "empty": (b"", "is no private key in PEM"),
    "not text": (bytes(range(256)), "is no private key in PEM"),
    "huge": (b"-----BEGIN PRIVATE KEY-----\n" + b"A" * 70_000, "holds more than 65,536 bytes"),
    "damaged": (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "that can be read"),
    "RSA": (pem_of(rsa.generate_private_key(65537, 2048)), "is not an Ed25519 key"),
    "Ed448": (pem_of(ed448.Ed448PrivateKey.generate()), "is not an Ed25519 key"),
    "UTF-16": ("-----BEGIN PRIVATE KEY-----".encode("utf-16"), "is no private key in PEM"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_no_key_is_said(tmp_path, kind):
    content, said = HOSTILE[kind]
    path = tmp_path / "key.pem"
    path.write_bytes(content)
    path.chmod(0o600)
    assert said in refused(read_key, path)


def test_a_public_key_signs_nothing_and_can_be_shown(tmp_path):
    made = new_key(tmp_path / "li.pem")
    (tmp_path / "public.pem").write_text(made.public_pem)
    (tmp_path / "public.pem").chmod(0o600)
    assert "it can check signatures, not make them" in refused(read_key, tmp_path / "public.pem")
    assert public_pem_of(tmp_path / "public.pem") == public_pem_of(tmp_path / "li.pem") == made.public_pem


def test_a_key_that_others_can_read_is_refused(tmp_path):
    new_key(tmp_path / "li.pem")
    (tmp_path / "li.pem").chmod(0o640)
    assert "can be read by others" in refused(read_key, tmp_path / "li.pem")


def test_a_key_that_is_not_there_or_no_file_is_said(tmp_path):
    assert "cannot be read" in refused(read_key, tmp_path / "none.pem")
    assert "is no file" in refused(read_key, tmp_path)
    os.mkfifo(tmp_path / "pipe", 0o600)
    assert "is no file" in refused(read_key, tmp_path / "pipe")


def test_the_variable_names_the_key_where_no_option_does(tmp_path, monkeypatch):
    assert chosen_key(None) is None
    one, other = new_key(tmp_path / "one.pem"), new_key(tmp_path / "other.pem")
    monkeypatch.setenv("VALUEKIT_KEY", str(tmp_path / "one.pem"))
    assert chosen_key(None).key_id == one.key_id
    assert chosen_key(tmp_path / "other.pem").key_id == other.key_id


PRIME = 2**255 - 19
ORDER_8 = 2707385501144840649318225287225658788936804267575313519463743609750303402022


@pytest.mark.parametrize("height", [0, 1, PRIME - 1, PRIME, PRIME + 1, ORDER_8, PRIME - ORDER_8])
@pytest.mark.parametrize("sign", [0, 1])
def test_a_key_with_which_anybody_can_sign_is_refused(height, sign):
    """Points of small order: the empty proof S = 0 with a fitting R passes for some message in eight."""
    raw = (height | sign << 255).to_bytes(32, "little")
    weak = [
        (h | s << 255).to_bytes(32, "little")
        for h in (0, 1, PRIME - 1, ORDER_8, PRIME - ORDER_8)
        for s in (0, 1)
    ]
    assert any(forged(raw, r, str(n).encode()) for r in weak for n in range(8))
    pem = base64.b64encode(bytes.fromhex("302a300506032b6570032100") + raw).decode()
    with pytest.raises(ValueError, match="anybody could sign"):
        public_der(f"-----BEGIN PUBLIC KEY-----\n{pem}\n-----END PUBLIC KEY-----\n")


def forged(raw: bytes, r: bytes, message: bytes) -> bool:
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(raw).verify(r + bytes(32), message)
    except InvalidSignature:
        return False
    return True


@pytest.fixture
def entry(tmp_path):
    return entry_text(new_key(tmp_path / "li.pem").public_pem, "李娜 Li Na", ("run", "preparer"))


def written(tmp_path, *entries: str, head: str = "") -> str:
    path = tmp_path / "trusted.yaml"
    path.write_text(f"{head}keys:\n" + "".join(entries), encoding="utf-8")
    return path


def test_the_entry_that_is_printed_can_be_pasted(tmp_path, entry):
    trust = read_trust(written(tmp_path, entry, head="required: [run]\n"))
    (key,) = trust.keys.values()
    assert (key.name, key.roles, trust.required) == ("李娜 Li Na", ("run", "preparer"), ("run",))
    assert key.key_id == read_key(tmp_path / "li.pem").key_id


def test_a_key_may_stand_in_a_file_beside(tmp_path):
    made = new_key(tmp_path / "li.pem")
    (tmp_path / "li.pub").write_text(made.public_pem)
    path = written(tmp_path, "  - {name: Li Na, public_key: li.pub, roles: [run]}\n")
    assert list(read_trust(path).keys) == [made.key_id]


def test_a_project_without_trusted_keys_trusts_nobody(tmp_path):
    assert project_trust(tmp_path, tmp_path / "run") == TrustedKeys()


def test_keys_that_lie_in_the_run_are_never_trusted(tmp_path, entry):
    run = tmp_path / "run"
    (run / "keys").mkdir(parents=True)
    path = run / "keys" / "trusted.yaml"
    path.write_text(f"keys:\n{entry}", encoding="utf-8")
    assert "lies in the run" in refused(project_trust, tmp_path, run, path)
    assert "lies in the run" in refused(project_trust, run, run)
    (tmp_path / "link.yaml").symlink_to(path)
    assert "lies in the run" in refused(project_trust, tmp_path, run, tmp_path / "link.yaml")


WRONG = {
    "no keys": ("{}", "holds no key 'keys'"),
    "a list": ("- a", "holds no key 'keys'"),
    "empty": ("", "the file is empty"),
    "no list": ("keys: {a: b}", "keys is no list"),
    "no entry": ("keys: [7]", "is no entry of keys with values"),
    "unknown key": ("keys: [{nmae: Li}]", "did you mean 'name'?"),
    "nothing in it": ("keys: [{}]", "name is missing"),
    "a number": ("keys: [{name: 7, roles: [run], public_key: x}]", "name is not text"),
    "a role": ("keys: [{name: Li, roles: [aprover], public_key: x}]", "did you mean 'approver'?"),
    "roles as text": ("keys: [{name: Li, roles: run, public_key: x}]", "roles is no list"),
    "a date": ("keys: [{name: Li, roles: [run], valid_to: 31.12.2026, public_key: x}]", "valid_to is no date"),
    "dates": ("keys: [{name: Li, roles: [run], valid_from: '2027-01-01', valid_to: '2026-01-01', public_key: x}]", "valid_to is before valid_from"),
    "a bomb": ("a: &a [x, x]\nb: &b [*a, *a]\nkeys: [*b]", "aliases are not read"),
    "twice": ("keys: []\nkeys: []", "stands twice"),
    "required": ("required: [everybody]\nkeys: []", "required holds"),
    "a tag": ("keys: !!python/object/apply:os.system ['true']", "is no entry of keys"),
    "a missing file": ("keys: [{name: Li, roles: [run], public_key: none.pem}]", "none.pem cannot be read"),
    "a look-alike": ("keys: [{name: Wаng, roles: [run], public_key: x}]", "mixes LATIN and CYRILLIC"),
    "a private key": ("keys: [{name: Li, roles: [run], public_key: li.pem}]", "is a PRIVATE key"),
    "no key": ("keys: [{name: Li, roles: [run], public_key: '-----BEGIN PUBLIC KEY-----'}]", "is not one public key in PEM"),
    "a short key": ('keys: [{name: Li, roles: [run], public_key: "-----BEGIN PUBLIC KEY-----\\nAAAA\\n-----END PUBLIC KEY-----"}]', "is not an Ed25519 key"),
}  # fmt: skip


@pytest.mark.parametrize("kind", WRONG)
def test_every_mistake_in_trusted_keys_is_said(tmp_path, entry, kind):
    text, said = WRONG[kind]
    path = tmp_path / "trusted.yaml"
    path.write_text(text, encoding="utf-8")
    assert said in refused(read_trust, path)


def test_all_mistakes_are_said_at_once_with_their_lines(tmp_path):
    path = written(
        tmp_path, "  - {name: '', roles: []}\n", "  - {name: Li, roles: [run], public_key: none.pem}\n"
    )
    with pytest.raises(InvalidInput) as caught:
        read_trust(path)
    assert [finding.source.rpartition(", ")[2] for finding in caught.value.findings] == [
        "line 2", "line 2", "line 2", "line 3",
    ]  # fmt: skip


def test_one_key_for_two_persons_and_two_spellings_of_one_are_refused(tmp_path, entry):
    assert "stands twice (李娜 Li Na, Wang)" in refused(
        read_trust, written(tmp_path, entry, entry.replace("李娜 Li Na", "Wang"))
    )
    second = entry_text(new_key(tmp_path / "second.pem").public_pem, "李娜 LÍ NA")
    assert "look alike" in refused(read_trust, written(tmp_path, entry, second))
    same = entry_text(new_key(tmp_path / "third.pem").public_pem, "李娜 Li Na")
    assert len(read_trust(written(tmp_path, entry, same)).keys) == 2  # a person's next key


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", "keys: []".encode("utf-16"), b"keys: []\n" + b"#" * 4_000_001, b"\x00"]
)
def test_files_of_trusted_keys_that_cannot_be_read_are_said(tmp_path, content):
    path = tmp_path / "trusted.yaml"
    path.write_bytes(content)
    assert refused(read_trust, path)

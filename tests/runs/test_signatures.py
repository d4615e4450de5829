"""A run's signature counts if a trusted key made it, over this record, for this use, on a day it was valid."""

import base64
import json
import shutil

import pytest

from tests.runs.signing import ENDED, again, day, keys_in, sealed, sign_run, trust_of, trusted
from valuekit.runs.record.crate import ATTESTATION, CRATE
from valuekit.runs.verification.not_held import NotHeld
from valuekit.runs.verification.signature_checks import signed, signed_words
from valuekit.runs.vouching.trust import TrustedKeys


@pytest.fixture
def key(tmp_path):
    return keys_in(tmp_path, "li")["li"]


@pytest.fixture
def run(tmp_path, key):
    return sealed(tmp_path / "run", {"@id": "#signing-key", "value": key.key_id})


@pytest.fixture
def trust(key):
    return trust_of(trusted(key, "李娜", "run"))


def problems(run, trust):
    return list(signed(again(run), trust))


def test_a_signed_run_says_by_whom(run, key, trust):
    sign_run(run, key)
    assert problems(run, trust) == []
    assert signed_words(run, trust) == f"signed by 李娜, key {key.key_id[:12]}, on {ENDED}"


def test_a_run_without_a_signature_is_called_so_and_is_no_forgery(tmp_path, trust):
    with pytest.raises(NotHeld, match="not signed: nobody vouches"):
        problems(sealed(tmp_path / "unsigned"), trust)


def test_a_signature_that_is_required_or_was_made_cannot_be_taken_away(tmp_path, run, key):
    assert problems(run, TrustedKeys()) == [
        f"{ATTESTATION}: missing, the record says that key {key.key_id[:12]!r} signed it"
    ]
    strict = trust_of(trusted(key, "李娜"), required=("run",))
    assert problems(sealed(tmp_path / "unsigned"), strict) == [
        "the run is not signed, which keys/trusted.yaml requires"
    ]


def test_every_byte_of_the_signature_counts(run, key, trust):
    """Each byte flipped in its lowest bit; spare bits of base64 and blanks of JSON too."""
    path = sign_run(run, key)
    content = path.read_bytes()
    unseen = []
    for at in range(len(content)):
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        if not problems(run, trust):
            unseen.append(at)
    assert unseen == []


def test_a_changed_record_is_not_the_one_that_was_signed(run, key, trust):
    sign_run(run, key)
    record = run.folder / CRATE
    record.write_text(record.read_text(encoding="utf-8") + " ", encoding="utf-8")
    assert "was signed over another record" in problems(run, trust)[0]


def test_the_signature_of_another_run_is_named(tmp_path, run, key, trust):
    other = sealed(tmp_path / "other", {"@id": "#signing-key", "value": key.key_id}, run_id="other")
    shutil.copy(sign_run(other, key), run.folder)
    assert "was signed over another record" in problems(run, trust)[0]
    sign_run(run, key, run_id="other")
    assert problems(run, trust) == [f"{ATTESTATION}: names the run 'other'"]


def test_a_forger_who_signs_anew_with_a_key_of_his_own_is_named(tmp_path, run, key, trust):
    forger = keys_in(tmp_path, "forger")["forger"]
    sign_run(run, forger)
    named = problems(run, trust)
    assert "not signed with the key that the record names" in named[0]
    assert "which is not among the trusted keys of keys/trusted.yaml" in named[1]
    claimed = json.loads((run.folder / ATTESTATION).read_bytes())
    claimed["signatures"][0]["keyid"] = key.key_id
    (run.folder / ATTESTATION).write_text(json.dumps(claimed, sort_keys=True, indent=2) + "\n")
    assert "the signature is not one of the key of 李娜" in problems(run, trust)[0]


def test_without_trusted_keys_nothing_is_said_of_a_signature_but_what_is_wrong_with_it(run, key):
    sign_run(run, key)
    with pytest.raises(NotHeld, match="nobody says whose it is"):
        problems(run, TrustedKeys())
    sign_run(run, key, run_id="other")
    assert next(signed(run, TrustedKeys())) == f"{ATTESTATION}: names the run 'other'"


@pytest.mark.parametrize(
    ("roles", "bounds", "time", "said"),
    [
        (("run",), {"valid_to": day("2026-02-28", end=True)}, ENDED, "was valid to 2026-02-28"),
        (("run",), {"valid_from": day("2026-03-02")}, ENDED, "is valid from 2026-03-02"),
        (("run",), {"revoked": day("2027-01-01")}, ENDED, "was revoked on 2027-01-01"),
        (("reviewer",), {}, ENDED, "is for reviewer, not for run"),
        (("run",), {}, "2026-03-01T08:04:59Z", "before the run ended"),
        (("run",), {}, "9999-01-01T00:00:00Z", "has not come yet"),
        (("run",), {}, "2026-03-01", "is none in UTC"),
        (("run",), {}, "2026-03-01T16:05:00+08:00", "is none in UTC"),
    ],
)
def test_a_signature_counts_only_for_its_use_and_on_its_day(run, key, roles, bounds, time, said):
    sign_run(run, key, time)
    assert said in "; ".join(problems(run, trust_of(trusted(key, "李娜", *roles, **bounds))))


def edited(envelope: dict, **parts) -> bytes:
    return json.dumps({**envelope, **parts}, sort_keys=True, indent=2).encode() + b"\n"


def payload(text: bytes) -> str:
    return base64.b64encode(text).decode()


HOSTILE = {
    "empty": (lambda _: b"", "Expecting value"),
    "not JSON": (lambda _: b"\x00" * 40, "Expecting value"),
    "not UTF-8": (lambda _: b"\xff\xfe{}", "is not UTF-8"),
    "huge": (lambda _: b" " * ((1 << 20) + 1), "more than 1,048,576 bytes"),
    "nested": (lambda _: b"[" * 100_000, "nested too deeply"),
    "a list": (lambda _: b"[]", "is no DSSE envelope"),
    "a key twice": (lambda e: b'{"payload": "", ' + edited(e)[1:], "stands twice"),
    "further keys": (lambda e: edited(e, trusted=True), "is no DSSE envelope"),
    "another type": (lambda e: edited(e, payloadType="text/plain"), "holds 'text/plain'"),
    "no signature": (lambda e: edited(e, signatures=[]), "exactly one signature"),
    "two signatures": (lambda e: edited(e, signatures=e["signatures"] * 2), "exactly one signature"),
    "signature of numbers": (lambda e: edited(e, signatures=[{"keyid": 1, "sig": 2}]), "is not text"),
    "a key of no key": (lambda e: edited(e, signatures=[{"keyid": "\x1b[31m", "sig": ""}]), "names no key"),
    "no base64": (lambda e: edited(e, payload="???"), "holds no base64"),
    "payload of a number": (lambda e: edited(e, payload=1), "holds no base64"),
    "no statement": (lambda e: edited(e, payload=payload(b"{}")), "holds no statement"),
    "statement twice": (lambda e: edited(e, payload=payload(b'{"_type": 1, "_type": 2}')), "stands twice"),
    "other blanks": (lambda e: json.dumps(e).encode(), "is not written as valuekit writes it"),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_no_envelope_is_said_not_raised(run, key, trust, kind):
    make, said = HOSTILE[kind]
    path = sign_run(run, key)
    path.write_bytes(make(json.loads(path.read_bytes())))
    assert said in problems(run, trust)[0]


def test_a_link_or_folder_in_place_of_the_signature_is_named(tmp_path, run, key, trust):
    path = sign_run(run, key)
    path.rename(tmp_path / "elsewhere.json")
    path.symlink_to(tmp_path / "elsewhere.json")
    assert "is a link or no file" in problems(run, trust)[0]
    path.unlink()
    path.symlink_to(tmp_path / "nowhere")
    assert "is a link or no file" in problems(run, trust)[0]
    path.unlink()
    path.mkdir()
    assert "is a link or no file" in problems(run, trust)[0]

"""Preparer, reviewer, approver: three persons, in this order, each over all that stands before."""

import itertools

import pytest

from tests.runs.signing import (
    ENDED,
    LATER,
    PEOPLE,
    again,
    keys_in,
    sealed,
    sign_as,
    sign_run,
    trust_of,
    trusted,
)
from valuekit.runs.verification.approval_checks import approved, approved_words
from valuekit.runs.verification.not_held import NotHeld
from valuekit.runs.vouching.approvals import approval_path
from valuekit.runs.vouching.trust import ROLES


@pytest.fixture
def keys(tmp_path):
    return keys_in(tmp_path, *ROLES)


@pytest.fixture
def run(tmp_path):
    return sealed(tmp_path / "run")


@pytest.fixture
def trust(keys):
    return trust_of(*(trusted(keys[role], PEOPLE[role], role) for role in ROLES))


def problems(run, trust):
    return list(approved(again(run), trust))


def sign_all(run, keys, **other):
    for role in ROLES:
        sign_as(run, role, keys[role], **other)


def test_three_persons_approve_a_run(run, keys, trust):
    with pytest.raises(NotHeld, match="nobody has signed"):
        problems(run, trust)
    sign_as(run, "preparer", keys["preparer"])
    assert approved_words(run, trust) == f"prepared by 李娜 on {LATER[0]}; not approved yet"
    sign_as(run, "reviewer", keys["reviewer"])
    sign_as(run, "approver", keys["approver"])
    assert problems(run, trust) == []
    assert approved_words(run, trust) == (
        f"prepared by 李娜 on {LATER[0]}, reviewed by Wang Fang on {LATER[1]}, approved by Zoë Müller on {LATER[2]}"
    )


@pytest.mark.parametrize("missing", [("preparer",), ("reviewer",), ("preparer", "reviewer")])
def test_nobody_is_passed_over(run, keys, trust, missing):
    for role in ROLES:
        if role not in missing:
            sign_as(run, role, keys[role])
    said = problems(run, trust)
    assert [f"approvals/approver.dsse.json: signed without a {role} before" for role in missing] == said[
        -len(missing) :
    ]


@pytest.mark.parametrize("order", [o for o in itertools.permutations(LATER) if list(o) != sorted(o)])
def test_times_that_are_not_in_the_order_of_the_roles_are_named(run, keys, trust, order):
    for role, time in zip(ROLES, order, strict=True):
        sign_as(run, role, keys[role], time=time)
    assert any("before the" in said and "signed" in said for said in problems(run, trust))


def test_an_approval_dated_before_the_run_ended_is_named(run, keys, trust):
    sign_as(run, "preparer", keys["preparer"], time="2026-03-01T08:04:00Z")
    assert problems(run, trust) == [
        f"approvals/preparer.dsse.json: is dated 2026-03-01T08:04:00Z, before the run ended ({ENDED})"
    ]


def test_a_signature_that_came_earlier_cannot_be_exchanged_later(run, keys, trust):
    """The reviewer signed over the preparer's note; another note needs another review."""
    sign_all(run, keys)
    assert problems(run, trust) == []
    path = approval_path(run.folder, "preparer")
    path.unlink()
    sign_as(run, "preparer", keys["preparer"], note="nothing to report")
    assert problems(run, trust) == [
        f"approvals/{role}.dsse.json: was not signed over the signatures that stand before it"
        for role in ("reviewer", "approver")
    ]


def test_an_approval_covers_the_signature_of_the_run(tmp_path, run, keys, trust):
    sign_run(run, keys_in(tmp_path, "runner")["runner"])
    sign_as(run, "preparer", keys["preparer"])
    assert problems(run, trust) == []
    sign_run(run, keys["preparer"])
    assert problems(run, trust) == [
        "approvals/preparer.dsse.json: was not signed over the signatures that stand before it"
    ]


def test_whoever_signed_the_run_may_prepare_it_and_no_more(run, keys, trust):
    sign_run(run, keys["reviewer"])
    sign_all(run, keys)
    assert problems(run, trust) == ["approvals/reviewer.dsse.json: the key is the one that signed the run"]
    sign_run(run, keys["preparer"])
    sign_all(run, keys)
    assert problems(run, trust) == []


def test_one_key_for_two_roles_is_named(run, keys):
    one = keys["preparer"]
    trust = trust_of(trusted(one, "李娜"))
    for role in ROLES:
        sign_as(run, role, one, name="李娜")
    said = problems(run, trust)
    assert "reviewer and preparer are one person: both signed with one key" in said
    assert "approver and reviewer are one person: both signed with one key" in said


@pytest.mark.parametrize(
    "alike",
    ["wang fang", "Wang  Fang", "Wang-Fang", "Wаng Fаng", "Ｗang Fang", "Wáng Fāng", "Wang Fang\u200b"],
)
def test_a_name_that_looks_alike_is_one_person(run, keys, alike):
    trust = trust_of(trusted(keys["preparer"], alike), trusted(keys["reviewer"], "Wang Fang"))
    sign_as(run, "preparer", keys["preparer"], name=alike)
    sign_as(run, "reviewer", keys["reviewer"])
    assert any("reviewer and preparer are one person" in said for said in problems(run, trust))


def test_a_name_that_is_not_the_keys_is_named(run, keys, trust):
    sign_as(run, "preparer", keys["preparer"], name="Wang Fang")
    assert problems(run, trust) == [
        "approvals/preparer.dsse.json: names 'Wang Fang', the key is that of '李娜'"
    ]


def test_a_role_that_the_key_has_not_is_named(run, keys, trust):
    sign_as(run, "preparer", keys["approver"], name=PEOPLE["approver"])
    assert problems(run, trust) == [
        "approvals/preparer.dsse.json: the key of Zoë Müller is for approver, not for preparer"
    ]


def test_one_signature_under_two_names_of_files_is_named(run, keys, trust):
    path = sign_as(run, "preparer", keys["preparer"])
    approval_path(run.folder, "reviewer").write_bytes(path.read_bytes())
    said = problems(run, trust)
    assert "approvals/reviewer.dsse.json: was signed for the role 'preparer'" in said


def test_what_else_lies_among_the_approvals_is_named(run, keys, trust):
    path = sign_as(run, "preparer", keys["preparer"])
    (path.parent / "approver.dsse.json.bak").write_bytes(path.read_bytes())
    (path.parent / "аpprover.dsse.json").write_bytes(path.read_bytes())  # the first letter is Cyrillic
    (path.parent / "deep").mkdir()
    assert problems(run, trust) == [
        f"approvals/: no approval is called {name!r}"
        for name in ("approver.dsse.json.bak", "deep", "аpprover.dsse.json")
    ]


def test_approvals_that_are_required_are_missed(run, keys):
    trust = trust_of(*(trusted(keys[r], PEOPLE[r], r) for r in ROLES), required=("preparer", "reviewer"))
    sign_as(run, "preparer", keys["preparer"])
    assert problems(run, trust) == ["no reviewer has signed, which keys/trusted.yaml requires"]


def test_a_run_outside_the_register_is_approved_by_nobody(tmp_path, keys, trust):
    run = sealed(tmp_path / "outside", {"@id": "#register", "value": "outside"})
    sign_as(run, "preparer", keys["preparer"])
    sign_as(run, "reviewer", keys["reviewer"])
    assert problems(run, trust) == []
    sign_as(run, "approver", keys["approver"])
    assert problems(run, trust) == [
        "approvals/approver.dsse.json: approves a run outside the parameter register"
    ]


@pytest.mark.parametrize("said", [{"note": None}, {"name": ["李娜"]}, {"time": 1}])
def test_an_approval_whose_parts_are_no_text_is_said_not_raised(run, keys, trust, said):
    sign_as(run, "preparer", keys["preparer"], **said)
    assert problems(run, trust) == [
        "approvals/preparer.dsse.json: does not say role, name, time and note as text"
    ]

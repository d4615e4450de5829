"""The last approved run of a name: approvals that hold count, others are named."""

import pytest

from tests.runs.signing import PEOPLE, keys_in, sealed, sign_as
from valuekit.runs.vouching.approved_runs import last_approved
from valuekit.runs.vouching.trust import ROLES

DAYS = ("20260101", "20260201", "20260301", "20260401")


@pytest.fixture
def outputs(tmp_path, monkeypatch):
    """Four runs of one name, and whose keys are trusted."""
    monkeypatch.chdir(tmp_path)
    keys = keys_in(tmp_path, *ROLES)
    entries = []
    for role in ROLES:
        (tmp_path / f"{role}.pub").write_text(keys[role].public_pem, encoding="utf-8")
        entries.append(f"- {{name: {PEOPLE[role]}, public_key: ../{role}.pub, roles: [{role}]}}")
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "trusted.yaml").write_text("keys:\n" + "\n".join(entries) + "\n", encoding="utf-8")
    names = [f"{day}T080000Z-0123456789ab" for day in DAYS]
    runs = [sealed(tmp_path / "outputs" / "demo" / name, run_id=name) for name in names]
    return runs, keys


def approve(run, keys, *roles):
    for role in roles or ROLES:
        sign_as(run, role, keys[role])


def test_the_latest_approved_run_before_counts(outputs):
    runs, keys = outputs
    assert last_approved(runs[3].folder)[0] is None
    approve(runs[0], keys)
    approve(runs[2], keys, "preparer", "reviewer")
    assert last_approved(runs[3].folder) == (runs[0].folder, "")
    approve(runs[1], keys)
    assert last_approved(runs[3].folder) == (runs[1].folder, "")
    assert last_approved(runs[1].folder) == (runs[0].folder, "")
    assert last_approved(runs[0].folder)[0] is None


def test_an_approval_that_does_not_hold_is_passed_over_and_named(outputs):
    runs, keys = outputs
    approve(runs[0], keys)
    approve(runs[2], keys, "preparer", "reviewer")
    sign_as(runs[2], "approver", keys["reviewer"])
    found, why = last_approved(runs[3].folder)
    assert found == runs[0].folder
    assert why.startswith(f"the approval of {runs[2].folder.name} does not hold: ")

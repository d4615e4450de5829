"""From a key to an approved run on the command line, and what a run outside the register looks like."""

import json
import shutil
from pathlib import Path

import pytest

from tests.runs.signing import keys_in
from valuekit.runs.publication.batch import run_all
from valuekit.runs.vouching.keys import new_key
from valuekit.runs.vouching.trust import entry_text

pytestmark = pytest.mark.slow

NAMES = {"preparer": "李娜", "reviewer": "Wang Fang", "approver": "Zoë Müller"}
REGISTER = """entries:
  - {notebook: demo, parameter: code, values: ["007"], by: The board, since: "2026-01-01", why: "the product"}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory, demo) -> Path:
    """A project with three persons, a register, and two signed runs: inside the register, and outside."""
    folder = tmp_path_factory.mktemp("approved")
    params = demo(folder).relative_to(folder)
    (folder / "params" / "register.yaml").write_text(REGISTER, encoding="utf-8")
    (folder / "keys").mkdir()
    keys = keys_in(folder / "keys", *NAMES)
    roles = {"preparer": ("run", "preparer"), "reviewer": ("reviewer",), "approver": ("approver",)}
    entries = "".join(entry_text(keys[role].public_pem, NAMES[role], roles[role]) for role in NAMES)
    (folder / "keys" / "trusted.yaml").write_text(f"keys:\n{entries}", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        key = Path("keys/preparer.pem")
        (inside,) = run_all([params], out=Path("outputs"), key=key)
        (outside,) = run_all([params], ("code=008", "language=zh"), out=Path("outside"), key=key)
    assert (inside.error, outside.error) == ("", "")
    assert outside.notes[-1].startswith("params/demo.yaml: NOT APPROVED: code: '008' is not approved")
    return folder


@pytest.fixture
def project(made, tmp_path, monkeypatch) -> Path:
    """A copy that a test may sign."""
    copy = shutil.copytree(made, tmp_path / "project")
    monkeypatch.chdir(copy)
    return copy


def signing(command, role, *more, key=None, name=None, run="demo"):
    key = f"keys/{key or role}.pem"
    return command("approve", run, "--role", role, "--key", key, "--name", name or NAMES[role], *more)


def checks(command, *more) -> dict[str, tuple[str, str]]:
    _, out, _ = command("verify", *more, "--json")
    return {check["name"]: (check["status"], check["detail"]) for check in json.loads(out)["checks"]}


def test_three_persons_sign_and_everybody_can_read_who(project, command):
    sealed = {p: p.read_bytes() for p in Path("outputs/demo").rglob("*") if p.is_file()}
    for role in NAMES:
        assert signing(command, role, "--note", "附注: tied out")[0] == 0
    assert all(path.read_bytes() == content for path, content in sealed.items())
    held = checks(command, "demo")
    assert [name for name, (status, _) in held.items() if status == "fail"] == []
    assert held["signed"][1].startswith("signed by 李娜")
    assert held["approved"][1].startswith("prepared by 李娜 on 20")
    assert held["register"] == (
        "pass", "all 1 parameters were approved before the run, by register.yaml",
    )  # fmt: skip
    _, out, _ = command("runs")
    assert "signed by 李娜; prepared by 李娜 on " in out
    assert "approved by Zoë Müller on " in out
    assert "inside the parameter register" in out
    _, out, _ = command("show", "demo", "--json")
    assert json.loads(out)["vouched"]["register"] == "inside the parameter register"


def test_the_order_is_kept_and_nobody_signs_twice(project, command):
    code, _, err = signing(command, "reviewer")
    assert (code, "no preparer has signed" in err) == (2, True)
    assert signing(command, "preparer")[0] == 0
    code, _, err = signing(command, "preparer")
    assert (code, "a signature is never replaced" in err) == (2, True)
    code, _, err = signing(command, "approver")
    assert (code, "no reviewer has signed" in err) == (2, True)
    code, _, err = signing(command, "reviewer", key="preparer", name="李娜")
    assert (code, "not for reviewer" in err) == (2, True)
    assert [path.name for path in Path("outputs").rglob("approvals/*")] == ["preparer.dsse.json"]


def test_a_stranger_or_another_persons_name_signs_nothing(project, command):
    new_key(Path("keys/stranger.pem"))
    code, _, err = signing(command, "preparer", key="stranger")
    assert (code, "is not among the trusted keys" in err) == (2, True)
    code, _, err = signing(command, "preparer", name="Li Na")
    assert (code, "the key is that of '李娜'" in err) == (2, True)
    Path("keys/trusted.yaml").unlink()
    code, _, err = signing(command, "preparer")
    assert (code, "is not among the trusted keys" in err) == (2, True)
    assert list(Path("outputs").rglob("approvals")) == []


def test_one_person_with_two_keys_is_one_person(project, command):
    second = new_key(Path("keys/second.pem"))
    trusted = Path("keys/trusted.yaml")
    entry = entry_text(second.public_pem, "李娜", ("reviewer",))
    trusted.write_text(trusted.read_text(encoding="utf-8") + entry, encoding="utf-8")
    assert signing(command, "preparer")[0] == 0
    code, _, err = signing(command, "reviewer", key="second", name="李娜")
    assert (code, "李娜 has signed as preparer" in err) == (2, True)


def test_a_run_that_does_not_verify_is_not_signed(project, command):
    (run,) = Path("outputs/demo").iterdir()
    with (run / "report.html").open("a") as page:
        page.write(" ")
    code, _, err = signing(command, "preparer")
    assert (code, "does not verify and was not signed: intact" in err) == (1, True)


def test_a_run_outside_the_register_says_so_wherever_it_is_read(project, command):
    run = next(Path("outside/demo").iterdir())
    status = json.loads((run / "status.json").read_text(encoding="utf-8"))
    assert status["register"] == "outside"
    assert status["not_approved"] == ["code: '008' is not approved (approved: 007)"]
    page = (run / "report.html").read_text(encoding="utf-8")
    assert page.index("参数登记表未批准以下取值：code") < page.index("1,234.56")
    assert "NOT APPROVED: code: '008'" in command("show", run.as_posix())[1]
    assert "NOT APPROVED" in command("runs", "--out", "outside")[1]
    status, detail = checks(command, run.as_posix())["register"]
    assert (status, detail.startswith("NOT APPROVED, and marked so")) == ("pass", True)


def test_a_run_outside_the_register_is_reviewed_and_not_approved(project, command):
    run = next(Path("outside/demo").iterdir()).as_posix()
    assert signing(command, "preparer", run=run)[0] == 0
    assert signing(command, "reviewer", run=run)[0] == 0
    code, _, err = signing(command, "approver", run=run)
    assert (code, "is outside the parameter register and cannot be approved" in err) == (2, True)


def test_check_says_before_the_run_what_is_not_approved(project, command):
    assert command("check", "params/demo.yaml")[1] == "params/demo.yaml: ok\n"
    code, out, err = command("check", "params/demo.yaml", "-p", "code=008")
    assert (code, out) == (0, "params/demo.yaml: ok, NOT APPROVED\n")
    assert "note: params/demo.yaml: NOT APPROVED: code: '008' is not approved (approved: 007)" in err


def test_a_wrong_register_or_key_is_said_before_anything_is_started(project, command):
    code, _, err = command("run", "params/demo.yaml", "--out", "none", "--key", "keys/none.pem")
    assert (code, "keys/none.pem: cannot be read" in err) == (2, True)
    Path("params/register.yaml").write_text("entries: [{}]", encoding="utf-8")
    code, _, err = command("run", "params/demo.yaml", "--out", "none")
    assert (code, "params/register.yaml, line 1: notebook is missing" in err) == (2, True)
    assert not Path("none").exists()


def test_who_edits_the_register_of_a_run_is_caught(project, command):
    """The copy, the record and the status together: the signature still tells."""
    run = next(Path("outside/demo").iterdir())
    for name in ("register.yaml", "status.json", "ro-crate-metadata.json"):
        path = run / name
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace('"007"', '"008"').replace("outside", "inside"), encoding="utf-8")
    held = checks(command, run.as_posix())
    assert {name for name, (status, _) in held.items() if status == "fail"} >= {"intact", "signed"}


def test_keys_are_made_shown_and_never_overwritten(project, command):
    code, out, err = command("keys", "new", "mine.pem", "--name", "Li Na", "--role", "reviewer")
    assert code == 0
    assert out.startswith('  - name: "Li Na"\n    roles: [reviewer]\n')
    assert command("keys", "show", "mine.pem", "--name", "Li Na", "--role", "reviewer")[1] == out
    shown = json.loads(command("keys", "show", "mine.pem", "--json")[1])
    assert shown["key_id"] in err
    assert "PRIVATE" not in out + err + shown["public_key"]
    assert command("keys", "new", "mine.pem")[0] == 2
    assert command("keys", "new", "other.pem", "--name", "Li\u200bNa")[0] == 2
    assert not Path("other.pem").exists()

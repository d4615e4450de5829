"""Whatever is done to a run is caught and named: every byte of it, and every kind there is a name for."""

import json
import shutil
from pathlib import Path

import pytest

from tests.runs.signing import keys_in, trust_of, trusted
from valuekit.runs.params.document import read_document
from valuekit.runs.publication.batch import run_all
from valuekit.runs.publication.writing import write_json
from valuekit.runs.record.crate import ATTESTATION, CRATE, crate_files, read_crate
from valuekit.runs.record.record_form import form_problems
from valuekit.runs.tampering.forgeries import MENDED, mend
from valuekit.runs.tampering.mutations import PLAIN, flip, in_record, write_record
from valuekit.runs.tampering.tamper import apply
from valuekit.runs.verification.checks import Given
from valuekit.runs.verification.folder_checks import changed
from valuekit.runs.verification.strict_json import parse_json
from valuekit.runs.verification.verify import verify
from valuekit.runs.vouching.attest import attest

pytestmark = pytest.mark.slow


def made(folder: Path, demo, key: str = "") -> Path:
    params = demo(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("VALUEKIT_KEY", key) if key else patch.delenv("VALUEKIT_KEY", raising=False)
        (outcome,) = run_all([params.relative_to(folder)], out=Path("outputs"))
    assert outcome.error == ""
    return folder / outcome.folder


@pytest.fixture(scope="module")
def unsigned(tmp_path_factory, demo) -> Path:
    return made(tmp_path_factory.mktemp("unsigned"), demo)


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """Of whom the project trusts, and of somebody else."""
    return keys_in(tmp_path_factory.mktemp("keys"), "own", "other")


@pytest.fixture(scope="module")
def signed(tmp_path_factory, demo, keys) -> Path:
    pem = tmp_path_factory.getbasetemp().glob("keys*/own.pem")
    return made(tmp_path_factory.mktemp("signed"), demo, str(next(pem)))


@pytest.fixture(scope="module")
def trust(keys) -> Given:
    return Given(trust_of(trusted(keys["own"], "李娜", "run")))


def test_a_register_is_backdated_where_the_run_relies_on_it(unsigned, tmp_path):
    """Entries of other notebooks are nothing that the run says, and may come first."""
    run = copied(unsigned, tmp_path)
    notebook = read_document(run / "params.yaml").values["notebook"]
    entry = {"parameter": "title", "any": True, "by": "Li Na", "since": "2026-01-01", "why": "a name"}
    entries = [{"notebook": name, **entry} for name in ("some_other", notebook)]
    write_json({"entries": entries}, run / "register.yaml")
    (backdated,) = (mutation for mutation in MENDED if mutation.kind == "backdated register")
    assert backdated.apply(run)
    since = [held["since"] for held in read_document(run / "register.yaml").values["entries"]]
    assert since == ["2026-01-01", "2025-01-01"]


def copied(run: Path, to: Path) -> Path:
    return Path(shutil.copytree(run, to / run.parent.name / run.name, symlinks=True))


def test_every_byte_of_every_file_is_caught(unsigned, tmp_path):
    """Each byte with its lowest bit flipped, on its own: the check of the file alone must say so.

    The page of a run with charts is nearly a megabyte of chart library; every 997th of its bytes is flipped.
    """
    run, unseen = copied(unsigned, tmp_path), []
    for name, entity in crate_files(read_crate(run / CRATE)).items():
        path, size = run / name, (run / name).stat().st_size
        for offset in range(0, size, 1 if size < 100_000 else 997):
            flip(path, offset)
            if not changed(path, size, entity):
                unseen.append((name, offset))
            flip(path, offset)
    assert unseen == []


def test_every_byte_of_the_record_is_caught_even_where_nobody_signed(unsigned):
    content = bytearray((unsigned / CRATE).read_bytes())
    unseen = []
    for offset in range(len(content)):
        content[offset] ^= 1
        try:
            problems = list(form_problems(parse_json(bytes(content)), bytes(content)))
        except (ValueError, TypeError, KeyError, AttributeError):
            problems = ["not JSON, or no record"]
        if not problems:
            unseen.append(offset)
        content[offset] ^= 1
    assert unseen == []


def test_flipped_bytes_are_named_by_verify_itself(unsigned, tmp_path):
    run = copied(unsigned, tmp_path)
    for name, step in ((CRATE, 307), ("figures.json", 61), ("workbook.xlsx", 1999), ("notebook.ipynb", 4001)):
        for offset in range(0, (run / name).stat().st_size, step):
            flip(run / name, offset)
            failed = verify(run).failed
            assert ("record" if name == CRATE else "intact") in failed, (name, offset)
            flip(run / name, offset)
    assert verify(run).ok


@pytest.mark.parametrize("mutation", [*PLAIN, *MENDED], ids=lambda mutation: mutation.kind)
def test_every_kind_is_caught_without_any_signature(unsigned, tmp_path, mutation):
    result = apply(mutation, copied(unsigned, tmp_path))
    if result is None:
        pytest.skip("this run has nothing of the sort")
    assert not result.ok
    assert all(len(check.detail) < 3_000 and check.detail.isprintable() for check in result.checks)


def test_a_signed_run_tells_every_mended_change_by_its_signature(signed, trust, tmp_path):
    assert verify(signed, trust).ok
    for number, mutation in enumerate(MENDED):
        result = apply(mutation, copied(signed, tmp_path / str(number)), trust)
        if result is not None:
            assert "signed" in result.failed, mutation.kind


def test_a_run_signed_again_with_another_key_is_not_believed(signed, trust, tmp_path, keys):
    run = copied(signed, tmp_path)

    def own_key(entities) -> bool:
        entities["#signing-key"]["value"] = keys["other"].key_id
        return True

    in_record(own_key)(run)
    mend(run)
    (run / ATTESTATION).unlink()
    attest(run, keys["other"])
    result = verify(run, trust)
    (said,) = (check.detail for check in result.checks if check.name == "signed")
    assert result.failed == ("signed",)
    assert "not among the trusted keys" in said


def test_the_command_says_what_caught_each_kind(unsigned, command, monkeypatch):
    monkeypatch.chdir(unsigned.parents[2])
    code, out, _ = command("tamper", "demo", "--json")
    told = {result["kind"]: result for result in json.loads(out)}
    assert code == 0
    assert all(result["caught_by"] for result in told.values())
    assert told["link to a folder outside"]["caught_by"] == ["complete"]
    assert told["printed figure"]["caught_by"] == ["numbers", "page"]
    assert told["formula in the workbook"]["caught_by"] == ["workbook"]
    assert told["picture in the notebook"]["detail"].startswith("charts/bars.svg")


def test_a_damaged_run_is_not_tampered_with(unsigned, tmp_path, command):
    run = copied(unsigned, tmp_path)
    (run / "figures.json").unlink()
    code, _, err = command("tamper", str(run))
    assert code == 1
    assert "fails as it is: complete" in err


def test_a_page_of_another_renderer_is_open_and_says_so(unsigned, tmp_path):
    run = copied(unsigned, tmp_path)
    record = json.loads((run / CRATE).read_text(encoding="utf-8"))
    for entity in record["@graph"]:
        if entity["@id"] == "#renderer":
            entity["sha256"] = "0" * 64
    write_record(run, record)
    status = {check.name: check.status for check in verify(run).checks}
    assert (status["page"], status["numbers"], status["charts"]) == ("open", "pass", "pass")

"""The pages that newcomers read: links lead somewhere, commands exist, Python names are public."""

import re
import subprocess
from pathlib import Path

import pytest

import valuekit as vk
from valuekit.cli import HOMES

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_within_the_repository_leads_to_a_file(page):
    targets = re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
    for target in targets:
        assert target.startswith("http") or (page.parent / target).exists(), target


def test_every_command_of_the_readme_exists():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shell = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))
    named = set(re.findall(r"\bvaluekit ([a-z]+)", shell)) | set(re.findall(r"`valuekit ([a-z]+)", text))
    assert named
    assert named <= set(HOMES)


def test_every_name_of_the_readme_is_public():
    named = set(re.findall(r"\bvk\.(\w+)", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert {"attribute", "forecast", "read_series"} <= named <= set(vk.__all__)


def test_the_locks_hold_hashes_and_no_address():
    for name in (
        "requirements.lock",
        "requirements-dev.lock",
        "requirements-uv.lock",
        "tests/crate/requirements.lock",
    ):
        lock = (ROOT / name).read_text(encoding="utf-8")
        assert "--hash=sha256:" in lock
        assert "://" not in lock


def test_outputs_are_not_kept_in_git_apart_from_their_page():
    kept = subprocess.run(
        ["git", "ls-files", "outputs"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert kept.split() == ["outputs/README.md"]

"""Compiled templates are kept beside their sources, and never outlive what they were compiled from."""

import sys
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from valuekit.report.kept_templates import KeptTemplates


@pytest.fixture
def sources(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "card.j2").write_text("<b>{{ name }}</b>", encoding="utf-8")
    return folder


def rendered(sources: Path, *, settings: bytes = b"", trims: bool = False) -> str:
    templates = Environment(
        loader=FileSystemLoader(sources),
        autoescape=True,
        trim_blocks=trims,
        bytecode_cache=KeptTemplates(sources, settings),
    )
    return templates.get_template("card.j2").render(name="<i>")


def kept(sources: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sources.rglob("*.jinja")}


def test_a_kept_template_renders_as_a_compiled_one(sources):
    first, written = rendered(sources), kept(sources)
    assert len(written) == 1
    assert rendered(sources) == first == "<b>&lt;i&gt;</b>"
    assert kept(sources) == written


def test_a_changed_source_is_compiled_anew(sources):
    rendered(sources)
    (sources / "card.j2").write_text("<em>{{ name }}</em>", encoding="utf-8")
    assert rendered(sources) == "<em>&lt;i&gt;</em>"


def test_changed_settings_compile_anew(sources):
    (sources / "card.j2").write_text("{% if name %}\n{{ name }}{% endif %}", encoding="utf-8")
    assert rendered(sources, settings=b"keeps line ends") == "\n&lt;i&gt;"
    assert rendered(sources, settings=b"trims", trims=True) == "&lt;i&gt;"


def test_where_nothing_can_be_written_templates_are_compiled_each_time(sources):
    (sources / "__pycache__").write_text("no folder", encoding="utf-8")
    assert rendered(sources) == rendered(sources) == "<b>&lt;i&gt;</b>"


def test_nothing_is_kept_where_python_is_told_to_keep_nothing(sources, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    rendered(sources)
    assert not kept(sources)

"""docs/glossary.md: every word has a meaning, and its columns are those of valuekit.frames.schemas.

After a change of schemas, write the section anew: ``python tests/test_glossary.py``.
"""

import re
from pathlib import Path

from valuekit.domain.carrier import Carrier, EvidenceTier, Treatment
from valuekit.frames import schemas
from valuekit.frames.schemas import Schema

GLOSSARY = Path(__file__).parents[1] / "docs" / "glossary.md"
BEGIN, END = "<!-- columns: written from valuekit/frames/schemas/ -->", "<!-- end of columns -->"


def tables() -> list[Schema]:
    """Every schema, in the order in which the file spells them."""
    return [value for value in vars(schemas).values() if isinstance(value, Schema)]


def columns_section() -> str:
    """The columns of every table, as the glossary prints them."""
    return "\n".join([BEGIN, *(line for schema in tables() for line in _table(schema)), "", END])


def _table(schema: Schema) -> list[str]:
    head = ["", f"### {schema.name}", "", "| column | kind | meaning |", "|---|---|---|"]
    return head + [f"| `{c.name}` | {_kind(c)} | {c.meaning} |" for c in schema.columns]


def _kind(column: schemas.Column) -> str:
    marks = [str(column.kind), "may be empty" * column.nullable, "may be absent" * column.optional]
    return ", ".join(mark for mark in marks if mark)


def test_columns_are_those_of_the_schemas():
    text = GLOSSARY.read_text(encoding="utf-8")
    written = text[text.index(BEGIN) : text.index(END) + len(END)]
    assert written == columns_section(), "run: python tests/test_glossary.py"


def test_every_word_is_explained_once():
    words = re.findall(r"^\| \*\*(.+?)\*\*", GLOSSARY.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert len(words) > 60
    assert len(words) == len(set(words))


def test_carriers_tiers_and_treatments_are_explained():
    text = GLOSSARY.read_text(encoding="utf-8")
    for word in (*Carrier, *EvidenceTier, *Treatment):
        assert f"`{word}`" in text


def test_the_words_of_the_design_are_there():
    text = GLOSSARY.read_text(encoding="utf-8")
    for word in [
        "performance obligation",
        "standalone selling price",
        "transaction price",
        "allocation",
        "contract modification",
        "principal or agent",
        "satisfied at a point in time or over time",
        "significant financing component",
        "breakage",
        "contract asset",
        "contract liability",
        "carrier",
        "driven revenue",
        "evidence tier",
        "allocation driver",
        "tie-out",
        "scope",
        "scope bridge",
        "series break",
        "connection stock",
        "net additions",
        "purge",
        "vintage",
        "as-of date",
        "rolling origin",
        "posterior predictive",
        "CRPS",
        "coverage",
        "attainment",
        "joint attainment",
        "run crate",
        "control total",
        "attestation",
        "re-performance",
        "change walk",
    ]:
        assert f"| **{word}**" in text


if __name__ == "__main__":
    old = GLOSSARY.read_text(encoding="utf-8")
    GLOSSARY.write_text(
        old[: old.index(BEGIN)] + columns_section() + old[old.index(END) + len(END) :], encoding="utf-8"
    )

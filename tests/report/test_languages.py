"""Both languages say the same things."""

from pathlib import Path
from string import Formatter

import pytest

from valuekit.report import languages
from valuekit.report.languages import keys, text

_FOLDER = Path(languages.__file__).parent
_FILES = sorted({path.stem for path in _FOLDER.glob("*/*.yaml")})


def _placeholders(entry: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(entry) if name is not None}


@pytest.mark.parametrize("file", _FILES)
def test_english_and_chinese_have_the_same_keys(file):
    assert set(keys("en", file)) == set(keys("zh", file))


@pytest.mark.parametrize("file", _FILES)
def test_english_and_chinese_have_the_same_placeholders(file):
    english, chinese = keys("en", file), keys("zh", file)
    for key in english.keys() & chinese.keys():
        assert _placeholders(english[key]) == _placeholders(chinese[key]), key


@pytest.mark.parametrize("file", _FILES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_text_is_empty(language, file):
    assert all(entry.strip() and entry != "None" for entry in keys(language, file).values())


def test_a_text_is_found_by_its_dotted_key():
    assert text("en", "page.section.tables") == "Tables"


@pytest.mark.parametrize("key", ["page.section.nothing", "page.section", "nofile.section.tables", ""])
def test_a_missing_key_is_an_error(key):
    with pytest.raises(KeyError):
        text("en", key)


def test_a_missing_language_is_an_error():
    with pytest.raises(KeyError):
        text("fr", "page.section.tables")

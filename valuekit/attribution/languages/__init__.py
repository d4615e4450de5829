"""The words in which a line is told: ``<language>.yaml``, nested texts with placeholders of `str.format`.

All languages have the same keys with the same placeholders, held by a test.
"""

from functools import cache
from pathlib import Path
from typing import Final

from valuekit.domain.money import Money, decimal_text, scale_of
from valuekit.errors import InvalidInput
from valuekit.frames.yaml import read_yaml

LANGUAGES: Final = ("en", "zh")


@cache
def texts(language: str) -> dict[str, str]:
    """All texts of a language by dotted key, placeholders unfilled.

    Raises
    ------
    InvalidInput
        If there is no such language.
    """
    if language not in LANGUAGES:
        raise InvalidInput.at("language", f"unknown language {language!r}", f"use {' or '.join(LANGUAGES)}")
    return dict(_flat(read_yaml(Path(__file__).with_name(f"{language}.yaml")).plain(), ""))


def _flat(node: object, prefix: str) -> list[tuple[str, str]]:
    if isinstance(node, dict):
        return [pair for key, child in node.items() for pair in _flat(child, f"{prefix}{key}.")]
    return [(prefix[:-1], str(node))]


def text(language: str, key: str, **values: object) -> str:
    """The text of a key, with its placeholders filled.

    Examples
    --------
    >>> text("zh", "carrier.card")
    '卡'
    """
    return texts(language)[key].format(**values)


def name(language: str, group: str, code: str) -> str:
    """A code as a word: ``<group>.<code>``, or the code itself where it has none."""
    return texts(language).get(f"{group}.{code}", code)


def money(language: str, minor: int, currency: str) -> str:
    """An amount to the last minor unit, with its currency.

    Examples
    --------
    >>> money("en", -100, "CNY"), money("zh", -100, "CNY"), money("zh", 5, "JPY")
    ('CNY -1.00', '-1.00 元', '5 JPY')
    """
    if language == "en":
        return str(Money(minor, currency))
    return f"{decimal_text(minor, scale_of(currency))} {name(language, 'currency', currency)}"

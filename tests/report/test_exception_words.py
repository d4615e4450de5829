"""Exceptions speak the reader's language, with what they concern left as it is."""

import re

import pandas as pd
import pytest

from valuekit.report.exception_words import exception_detail
from valuekit.report.languages import keys
from valuekit.report.value_tables import exceptions_table

SENTENCES = {
    "no rule matches": "无规则匹配",
    "rules sim-2024, {x} disagree": "规则 sim-2024, {x} 相互冲突",
    "no standalone selling price for 2025-01; pools keep what was billed": "2025-01 无单独售价；套餐保持原账单金额",
    "no standalone selling price for 2025-01 to 2025-03; pools keep what was billed": "2025-01 至 2025-03 无单独售价；套餐保持原账单金额",
    "nothing metered for claimant iot, 5g in 2025-01": "2025-01 未计量 iot, 5g 的用量",
    "billed in CNY, USD in 2025-01 to 2025-02; each currency is a pool of its own": "2025-01 至 2025-02 以 CNY, USD 计费；每个币种自成一个套餐",
    "reported by other business lines; lines beyond 100 %: 3": "其他业务条线也申报这些行；超过 100 % 的行数：3",
}


@pytest.mark.parametrize(("english", "chinese"), SENTENCES.items())
def test_a_sentence_is_said_in_chinese(english, chinese):
    assert exception_detail("zh", english) == chinese
    assert exception_detail("en", english) == english


def test_what_valuekit_does_not_say_stays_as_it_is():
    assert exception_detail("zh", "something of the user's own") == "something of the user's own"


def test_every_sentence_of_the_engine_is_known():
    """The literals of the module that writes them; placeholders stand where it puts values."""
    from pathlib import Path

    from valuekit.attribution import exceptions

    source = Path(exceptions.__file__).read_text(encoding="utf-8")
    for key, words in keys("en", "exceptions").items():
        if ".detail." in key:
            for literal in filter(None, re.split(r"\{\w+\}", words)):
                assert f'"{literal}"' in source, key


@pytest.mark.parametrize(("language", "shown"), [("en", "no rule matches"), ("zh", "无规则匹配")])
def test_the_table_prints_them(language, shown):
    frame = pd.DataFrame(
        [("unmatched", "XYZ", "no rule matches", 1, "CNY", 125)],
        columns=["kind", "key", "detail", "lines", "currency", "amount_minor"],
    )
    table = exceptions_table(frame, language=language)
    assert table.labels.get("detail", {}).get("no rule matches", "no rule matches") == shown
    assert table.rows[0][2] == "no rule matches"

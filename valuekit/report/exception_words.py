"""What is said of an exception, in the reader's language.

Tables carry the sentence in English, as CSV files have it. The English texts are templates: what stands in
their placeholders is read back from the sentence and put into the other language's template.
"""

import re
from functools import cache
from string import Formatter

from valuekit.report.languages import keys, text

_SPAN = re.compile(r"(\d{4}-\d{2}) to (\d{4}-\d{2})")


def exception_detail(language: str, detail: str) -> str:
    """The detail of an exception as printed; as it stands if it is none that valuekit writes.

    Examples
    --------
    >>> exception_detail("zh", "rules a, b disagree")
    '规则 a, b 相互冲突'
    """
    for key, pattern in _patterns():
        found = pattern.fullmatch(detail)
        if found is not None:
            values = {name: _span(language, value) for name, value in found.groupdict().items()}
            return text(language, key, **values)
    return detail


def _span(language: str, value: str) -> str:
    """A span of months in words; anything else as it stands."""
    found = _SPAN.fullmatch(value)
    return value if found is None else text(language, "exceptions.to", first=found[1], last=found[2])


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    templates = {key: words for key, words in keys("en", "exceptions").items() if ".detail." in key}
    return tuple((key, re.compile(_pattern(words), re.DOTALL)) for key, words in templates.items())


def _pattern(template: str) -> str:
    parts = Formatter().parse(template)
    return "".join(re.escape(words) + (f"(?P<{name}>.+)" if name else "") for words, name, _, _ in parts)

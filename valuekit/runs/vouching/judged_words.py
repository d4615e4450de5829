"""What the register says of each parameter, as page and workbook print it."""

from valuekit.report.languages import text
from valuekit.runs.vouching.judgement import Judged, Judgement


def approvals_printed(judgement: Judgement, language: str) -> dict[str, str]:
    """By parameter: what is allowed, by whom, since when and why; or that it is not approved."""
    return {one.name: _printed(one, language) for one in judgement.parameters}


def _printed(one: Judged, language: str) -> str:
    if one.entry is None:
        return text(language, "page.parameters.not_approved")
    return text(
        language,
        "page.parameters.approval",
        allowed=one.entry.allowed_words,
        by=one.entry.by,
        since=f"{one.entry.since:%Y-%m-%d}",
        why=one.entry.why[language],
    )

"""Every word a reader sees, by language: ``languages/<language>/<file>.yaml``, nested mappings of text.

A key is written with dots; its first part is the file. Each text may hold placeholders as
`str.format` knows them. All languages have the same keys with the same placeholders, held by a test.
"""

from functools import cache
from importlib.resources import as_file, files

from valuekit.frames.yaml import read_yaml


@cache
def _texts(language: str, file: str) -> dict[str, str]:
    """One file as a flat mapping of dotted key to text."""
    source = files(__name__) / language / f"{file}.yaml"
    if not source.is_file():
        raise KeyError(f"no file {language}/{file}.yaml")
    with as_file(source) as path:
        return dict(_flat(read_yaml(path).plain(), file))


def _flat(node: object, prefix: str) -> list[tuple[str, str]]:
    """Walk nested mappings down to their texts."""
    if isinstance(node, dict):
        return [pair for key, child in node.items() for pair in _flat(child, f"{prefix}.{key}")]
    return [(prefix, str(node))]


def text(language: str, key: str, **values: object) -> str:
    """The text of a key, with its placeholders filled.

    Parameters
    ----------
    language : str
        ``en`` or ``zh``.
    key : str
        Such as ``page.section.tables``: ``section.tables`` in ``page.yaml``.
    **values : object
        The placeholders, by name.

    Raises
    ------
    KeyError
        If the language has no such text, or a placeholder is given no value.

    Examples
    --------
    >>> text("zh", "page.section.tables")
    '表格'
    """
    found = _texts(language, key.partition(".")[0]).get(key)
    if found is None:
        raise KeyError(f"no text {key!r} in {language!r}")
    return found.format(**values)


def keys(language: str, file: str) -> dict[str, str]:
    """All texts of one file by dotted key, placeholders unfilled."""
    return dict(_texts(language, file))

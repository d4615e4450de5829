"""Names of persons who sign: the same person under two spellings, and names that only look alike."""

import re
import unicodedata
from typing import Final

LONGEST_NAME: Final = 200
# Cyrillic and Greek letters that print like Latin ones, lower case; Unicode's list (UTS 39) is longer, these
# are the ones that make whole words.
LOOK_ALIKE: Final = str.maketrans(
    "авгеёіїјкмнопрстухцһѕԁԛԝь" + "αβγεηικνορτυχωϲ" + "ıȷł",
    "abreeiijkmhonpctyxuhsdqwb" + "abyenikvoptuxwc" + "ijl",
)
_SCRIPTS: Final = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "DESERET", "LISU")


def name_problem(name: object) -> str:
    """What keeps a text from being a person's name; empty if nothing does.

    Examples
    --------
    >>> name_problem("李娜 Li Na")
    ''
    >>> name_problem("Аnna")  # the first letter is Cyrillic
    "mixes LATIN and CYRILLIC letters in one word: 'Аnna'"
    """
    if not isinstance(name, str) or not name.strip():
        return "is empty or not text"
    if len(name) > LONGEST_NAME:
        return f"has {len(name):,} characters, more than {LONGEST_NAME}"
    hidden = next((c for c in name if not c.isprintable()), None)
    if hidden is not None:
        return f"holds a character that does not show, U+{ord(hidden):04X}"
    if unicodedata.normalize("NFKC", name) != name or " ".join(name.split()) != name:
        return "is written with compatibility characters, combining marks or needless blanks"
    if not any(c.isalpha() for c in name):
        return "holds no letter"
    return _mixed(name)


def skeleton(name: str) -> str:
    """What is left of a name when spelling, accents and look-alike letters are set aside.

    Two names with one skeleton are taken for one person.

    Examples
    --------
    >>> skeleton("Анна") == skeleton("anna"), skeleton("Zoë  Ng") == skeleton("ZOE NG")
    (False, True)
    >>> skeleton("Сеcilia") == skeleton("Cecilia")  # two of the letters are Cyrillic
    True
    """
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    shown = "".join(c for c in folded if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    alike = shown.translate(LOOK_ALIKE).replace("0", "o").replace("1", "l").replace("|", "l")
    return re.sub(r"[\s.\-_'’·•]+", " ", alike).strip()


def _mixed(name: str) -> str:
    for word in name.split():
        written = {_script(character) for character in word}
        scripts = [script for script in _SCRIPTS if script in written]
        if len(scripts) > 1:
            return f"mixes {' and '.join(scripts)} letters in one word: {word!r}"
    return ""


def _script(character: str) -> str:
    return unicodedata.name(character, "").partition(" ")[0]

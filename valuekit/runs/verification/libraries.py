"""Chart libraries that stand on pages, by digest: a script on a page that was exchanged is not among them."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from valuekit.runs.verification.not_held import NotHeld

#: Version of vl-convert-python to SHA-256 of the library as a page holds it.
KNOWN: Final = {
    "1.9.0.post1": "48454b7e4bb551779adf4f704cc426f7d5bbf13b44d007a851fde70e58dc9660",
}


def known_library(script: str, entities: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Say whether a page's chart library is not the one of the recorded version.

    Raises
    ------
    NotHeld
        If this valuekit does not know that version.
    """
    version = str(entities.get("#package/vl-convert-python", {}).get("version"))
    digest = hashlib.sha256(script.encode()).hexdigest()
    if version not in KNOWN:
        raise NotHeld(f"the chart library of vl-convert {version} is not known here (its digest is {digest})")
    if digest != KNOWN[version]:
        yield f"report.html holds another chart library than that of vl-convert {version}"

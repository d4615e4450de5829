"""Validate run folders by the profiles of roc-validator, without network; for a Python that has it installed.

    python tests/crate/validate.py [--recommended] FOLDER ...

Prints one line of JSON a folder and profile: what is violated. The remote JSON-LD contexts are answered from
``terms.json`` beside this file, which names the terms that a run's record may use, so that a term that is
not in the published context is found.
"""

import json
import sys
from pathlib import Path
from typing import ClassVar

from rocrate_validator import models, services
from rocrate_validator.utils.http import HttpRequester

HERE = Path(__file__).parent
SCHEMA = "http://schema.org/"
# Process Run Crate 0.6 asks for RO-Crate 1.3; the validator knows 0.5, whose rules for an action are the same.
PROFILES = ("ro-crate-1.3", "process-run-crate-0.5")


class Answer:
    """What a server would have sent."""

    status_code = 200
    headers: ClassVar = {"Content-Type": "application/ld+json"}
    from_cache = True

    def json(self):
        terms = json.loads((HERE / "terms.json").read_text(encoding="utf-8"))
        return {"@context": {name: SCHEMA + name for name in terms["schema.org"]} | terms["other"]}

    @property
    def text(self):
        return json.dumps(self.json())

    @property
    def content(self):
        return self.text.encode()


def answered(self, url, **_):
    """Every context by the terms beside this file; anything else would need a network."""
    if not url.startswith("https://w3id.org/ro/"):
        raise OSError(f"asked for {url}")
    return Answer()


def issues(folder: str, profile: str, severity: models.Severity) -> list[str]:
    result = services.validate(
        services.ValidationSettings(
            rocrate_uri=folder,
            profile_identifier=profile,
            requirement_severity=severity,
            skip_checks=[],
        )
    )
    return sorted(
        f"{issue.severity.name} {issue.check.identifier} {issue.violatingEntity}: {issue.message}"
        for issue in result.get_issues()
    )


def main() -> None:
    HttpRequester.get = answered
    every = "--recommended" in sys.argv
    severity = models.Severity.RECOMMENDED if every else models.Severity.REQUIRED
    for folder in (given for given in sys.argv[1:] if not given.startswith("--")):
        for profile in PROFILES:
            told = {"folder": folder, "profile": profile, "issues": issues(folder, profile, severity)}
            sys.stdout.write(json.dumps(told) + "\n")


main()

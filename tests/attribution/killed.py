"""An attribution in a process of its own that is killed at a moment told beforehand; a helper of test_restart.

    python -m tests.attribution.killed LEDGER OUT [STAGE STEP CHANGE] [--workers N]

Kills itself when so many steps of a stage are done, and after them before a change of names in the file
system: the so many-th, or the one by which a name in OUT appears; 0 is at once. Without a moment it runs to its
end and prints how many buckets there were, and how many of them were found finished.
"""

import argparse
import json
import os
import signal
import sys
from pathlib import Path

from tests.attribution import adversarial
from valuekit.attribution.engine import attribute

CHANGES = frozenset({"os.mkdir", "os.link", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree"})
LINES_PER_BUCKET = 5_000


class Moment:
    """When to die."""

    def __init__(self, stage, step, change, out):
        self.stage, self.step = stage, step
        self.left = int(change) if change.isdigit() else -1
        self.name = None if change.isdigit() else str(out / change)
        self.armed = False

    def watch(self, progress):
        if progress.stage == self.stage and progress.done == self.step:
            self.armed = True
            self._die_if(self.left == 0)

    def audit(self, event, arguments):
        if self.armed and event in CHANGES:
            self.left -= 1
            self._die_if(self.left == 0)
            self._die_if(event == "os.rename" and str(arguments[1]) == self.name)

    def _die_if(self, due):
        if due:
            os.kill(os.getpid(), signal.SIGKILL)


def run(ledger, out, **options):
    return attribute(
        ledger,
        adversarial.RULES,
        prices=adversarial.prices(),
        drivers=adversarial.drivers(),
        out=out,
        lines_per_bucket=LINES_PER_BUCKET,
        **options,
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ledger", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("moment", nargs="*")
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    watch = None
    if given.moment:
        stage, step, change = given.moment
        moment = Moment(stage, int(step), change, given.out)
        sys.addaudithook(moment.audit)
        watch = moment.watch
    computed = run(given.ledger, given.out, workers=given.workers, progress=watch).computed
    sys.stdout.write(json.dumps({"buckets": computed.buckets, "reused": computed.reused}))


if __name__ == "__main__":
    main()

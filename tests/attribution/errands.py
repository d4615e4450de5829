"""What workers are sent to do in tests; a module of its own, so that their processes find it."""

import os
import signal
import sys

from valuekit.errors import Finding, InvalidInput, RunFailed


def square_in(number):
    """The square, and which process computed it."""
    return number * number, os.getpid()


def refuse(number):
    raise InvalidInput(
        [
            Finding(f"row {number}", "一个问题", "mend it"),
            Finding(f"row {number}, column amount", "another", "mend that"),
        ]
    )


def fail(number):
    raise RunFailed(f"errand {number}")


def refuse_two(number):
    return refuse(number) if number == 2 else number


class Odd(Exception):
    """Cannot be made from its own arguments, as a pickle would."""

    def __init__(self, what, where):
        super().__init__(f"{what} at {where}")


def raise_odd(number):
    raise Odd("a knot", number)


def die(number):
    os.kill(os.getpid(), signal.SIGKILL)


class Deadly:
    """Kills the process that sends it."""

    def __reduce__(self):
        os.kill(os.getpid(), signal.SIGKILL)
        return object, ()


def die_while_answering(number):
    return [b"x" * 1_000_000, Deadly()]


def leave(number):
    sys.exit(3)


def answer_what_cannot_be_sent(number):
    return [b"x" * 1_000_000, lambda: number]


def chatter(number):
    """What libraries print must not end up among the answers."""
    os.write(1, b"to the file descriptor\n")
    sys.stdout.write("to the stream\n")
    sys.stdout.flush()
    return number


def threads(number):
    import polars as pl

    return pl.thread_pool_size()

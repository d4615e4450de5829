"""A process that draws charts for others: the drawing library takes a second to start and blocks a process.

Run as a module with a listening socket handed down. Each connection brings one request as a line of JSON
(``{"svg": spec}``, or ``{"script": snippet}`` for the chart library of a page) and takes the answer; an
empty one says that it could not be drawn. A request after the word ``ahead`` is not answered, and made when
nobody waits, for whoever will ask later. Standard input is the life line: its end is the end.
"""

import json
import selectors
import socket
import sys
from collections import OrderedDict, deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

VERSION: Final = "6.4"
#: Before a request that nobody waits for.
AHEAD: Final = b"ahead "
_KEPT: Final = 64
_IDLE: Final = 0.2  # seconds without a request, after which something is made ahead
_STDIN: Final = 0
_SMALLEST: Final[dict[str, Any]] = {"data": {"values": [{}]}, "mark": "point"}
#: Makes the chart library of a page, see `valuekit.report.trusted`.
SCRIPT: Final = "window.vegaEmbed = vegaEmbed;"


def draw(spec: dict[str, Any]) -> str:
    """Draw a Vega-Lite chart as SVG."""
    import vl_convert  # noqa: PLC0415 -- who only asks, or checks a page, does without it

    return str(vl_convert.vegalite_to_svg(spec, vl_version=VERSION, allowed_base_urls=[]))


def bundle(snippet: str) -> str:
    """The chart library as one script."""
    import vl_convert  # noqa: PLC0415 -- as above

    return str(vl_convert.javascript_bundle(snippet, vl_version=VERSION))


_MAKERS: Final[dict[str, Callable[[Any], str]]] = {"svg": draw, "script": bundle}


def main() -> None:
    """Serve until standard input ends."""
    draw(_SMALLEST)
    made: OrderedDict[bytes, str] = OrderedDict()
    # Every page needs the chart library.
    ahead = deque([json.dumps({"script": SCRIPT}).encode()], maxlen=_KEPT)
    with socket.socket(fileno=int(sys.argv[1])) as listening, selectors.DefaultSelector() as selector:
        selector.register(listening, selectors.EVENT_READ)
        selector.register(_STDIN, selectors.EVENT_READ)
        while True:
            ready = [key.fd for key, _ in selector.select(_IDLE if ahead else None)]
            if _STDIN in ready:
                return
            if ready:
                _answer(listening, made, ahead)
            else:
                _made(ahead.popleft(), made)


def _answer(listening: socket.socket, made: "OrderedDict[bytes, str]", ahead: deque[bytes]) -> None:
    connection, _ = listening.accept()
    with connection, connection.makefile("rb") as asked, suppress(OSError):  # who hangs up gets nothing
        request = asked.readline().strip()
        if request.startswith(AHEAD):
            ahead.append(request.removeprefix(AHEAD))
            return
        if request in ahead:
            ahead.remove(request)
        connection.sendall(_made(request, made).encode())


def _made(request: bytes, made: "OrderedDict[bytes, str]") -> str:
    """What was asked for; the same again is not made again."""
    if request not in made:
        try:
            ((kind, what),) = json.loads(request).items()
            made[request] = _MAKERS[kind](what)
        except ValueError:
            return ""
        while len(made) > _KEPT:
            made.popitem(last=False)
    return made[request]


if __name__ == "__main__":
    main()

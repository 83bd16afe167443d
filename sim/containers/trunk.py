"""The telephone network is silent for a while: the dialer says so, waits, and goes on."""

from __future__ import annotations

import time

from foundation.cli import Failure
from foundation.embedded.debian import Say
from sim.containers.stack import Stack, until

LIMIT_S = 600.0
SILENT, AGAIN = "trunk_silent", "trunk_answers_again"
_READY = (
    "import json, urllib.error, urllib.request as u\n"
    "try: print(u.urlopen('http://127.0.0.1:9101/readyz').read().decode())\n"
    "except urllib.error.HTTPError as error: print(error.read().decode())"
)


def lost_and_found(stack: Stack, say: Say) -> None:
    """Stop the carrier in its tracks: whoever calls it hears nothing. Then let it go on."""
    carrier, before = stack.container("carrier"), stack.told("dialer")
    begun = time.monotonic()
    stack.engine.docker("pause", carrier)
    try:
        stack.inside("dialer", "acordo", "drain", "--cancel")
        _says(stack, SILENT, before)
        if "trunk" not in stack.inside("dialer", "python3", "-c", _READY):
            raise Failure("a operadora cala, e o discador se diz pronto")
    finally:
        stack.engine.docker("unpause", carrier)
    _says(stack, AGAIN, before)
    stack.wait_healthy(("dialer",), LIMIT_S)
    seconds = time.monotonic() - begun
    say(f"a operadora calou e voltou, e o discador disse ({seconds:.0f} s)")


def _says(stack: Stack, event: str, before: str) -> None:
    """Once more than it had said it before."""
    until(
        lambda: stack.told("dialer").count(event) > before.count(event),
        f"o discador não disse {event}", LIMIT_S,
    )  # fmt: skip

"""Every secret gets another value while calls run, and no call ends by it.

An agent's own line is a call that lasts as long as he sits there: those that were up before
must be the same after. What became of the debtors' calls the carrier's truth says later.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from foundation.cli import Failure
from foundation.embedded.debian import Say
from foundation.secrets_rotation import ROTATED, rotate
from sim.containers.stack import Stack
from sim.containers.table import Killed

SECRETS = "(segredos)"  # in the table, beside the services
SEAT = "PJSIP/agent"
_CONSOLE = (
    "/opt/acordo/cache/asterisk/asterisk", "-C", "/var/lib/acordo/asterisk/asterisk.conf",
    "-rx",
)  # fmt: skip


def all_of_them(stack: Stack, services: Sequence[str], say: Say) -> Killed:
    """Change each one; raises Failure when anything restarted or a line was cut."""
    old = {path.name: path.read_text("utf-8") for path in stack.secrets.iterdir()}
    since = {name: stack.health(name).since for name in services}
    before, began_at = _channels(stack), time.time()
    for name in ROTATED:
        rotate(stack.secrets, name, stack.compose)
    ready_at, after = time.time(), _channels(stack)
    stack.inside("dialer", "acordo", "state", "check")  # enters all three anew
    if restarted := [name for name in services if stack.health(name).since != since[name]]:
        raise Failure(f"trocar segredos reiniciou {', '.join(restarted)}")
    if same := [name for name, value in old.items() if stack.secret(name) == value.strip()]:
        raise Failure(f"não foram trocados: {', '.join(same)}")
    seats = {number for number, name in before.items() if name.startswith(SEAT)}
    if not seats or (seats - after.keys()):
        raise Failure(f"de {len(seats)} atendentes, nem todos continuam na linha")
    calls = before.keys() - seats
    say(
        f"todos os segredos trocados em {ready_at - began_at:.1f} s: "
        f"{len(seats)} atendentes continuam na linha, e das {len(calls)} chamadas em curso"
        f" {len(calls & after.keys())} ainda correm"
    )
    return Killed(SECRETS, began_at, ready_at)


def _channels(stack: Stack) -> dict[str, str]:
    """Names of the switch's channels by their unique number, the last of the fields."""
    said = stack.inside("asterisk", *_CONSOLE, "core show channels concise")
    rows = [line.split("!") for line in said.splitlines() if line.startswith("PJSIP/")]
    return {row[-1]: row[0] for row in rows}

"""Somebody calls us, for tests of what he meets."""

from __future__ import annotations

from dialer.calls.events import Answered
from tests.real_switch import Heard, RealSwitch

OUR_NUMBER = "551133330000"


async def a_caller(
    real_switch: RealSwitch, heard: Heard, *, presses: str = "", who: str = "s@caller"
) -> str:
    """Let somebody call our number; return his channel on our side.

    He makes a tone, or is another one of the far end's, or presses keys, with `w` for half
    a second between them.
    """
    who = f"{presses}@presser" if presses else who
    known = {event.channel for event in heard.all(Answered)}
    real_switch.far.cli(f"channel originate PJSIP/{OUR_NUMBER}@switch extension {who}")

    def new() -> list[str]:
        return [
            event.channel for event in heard.all(Answered) if event.channel not in known
        ]

    await heard.until(lambda: bool(new()))
    return new()[0]

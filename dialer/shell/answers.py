"""A verdict on who answered comes to the floor: it is kept, and sometimes it acts.

Rules over the floor's own state. Listening begins when the debtor is joined with an agent,
or when he has answered and nobody is free: his way to an agent is the same with it.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from dialer.answering.answer import DEFAULT, Answer, acts
from dialer.calls.events import Answered, ChannelEvent, Joined
from dialer.shell.facts import Fact, HangUp, Judged, Listen, Step

if TYPE_CHECKING:
    from dialer.shell.floor import Floor


def listen(floor: Floor, event: ChannelEvent, step: Step) -> None:
    """Have the detectors listen, once a call, when nothing waits for it."""
    ongoing = floor.calls.get(event.channel)
    if ongoing is None or ongoing.heard or ongoing.machines == DEFAULT:
        return
    joined = isinstance(event, Joined) and ongoing.call.joined_at is not None
    waits = isinstance(event, Answered) and ongoing.agent is None
    if joined or waits:
        ongoing.heard = True
        step.actions.append(Listen(channel=ongoing.channel))


def on_answer(floor: Floor, answer: Answer, at: datetime) -> Step:
    """Keep the verdict; end the call where the campaign lets it.

    A verdict on a call that is over, or unknown here, is kept and nothing follows.
    """
    step = Step()
    ongoing = floor.calls.get(answer.attempt)
    acted = (
        ongoing is not None
        and ongoing.machine is None
        and ongoing.call.answered_at is not None
        and acts(ongoing.machines, answer)
    )
    if ongoing is not None and answer.detector == "words":
        ongoing.judged = True
    step.judged.append(Judged(answer=answer, at=at, acted=acted))
    if ongoing is not None and acted:
        ongoing.machine = answer.kind or "unknown"
        step.facts.append(
            Fact(
                kind="machine",
                at=at,
                call=answer.attempt,
                agent=ongoing.agent,
                data={"kind": answer.kind, "why": answer.why, "heard_s": answer.heard_s},
            )
        )
        step.actions.append(HangUp(channel=ongoing.channel))
    return step

"""A call was answered: listen beside it until it is known by whom, and tell the floor.

Nobody waits for this: the debtor is joined with an agent meanwhile. What is told is the
verdict and what it was seen by, at once, and a machine's that replaces it later; what
follows from it is the dialer's to decide.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Protocol
from uuid import UUID

from ura.answering.hearing import Samples
from ura.answering.listener import Ask, Listener
from ura.answering.verdict import Verdict, left

Tell = Callable[[Mapping[str, Any]], Awaitable[None]]


class Recogniser(Protocol):
    """What listening needs of recognition."""

    def wake(self) -> None:
        """A call is listened to: it will ask soon."""
        ...

    async def text(self, samples: Samples) -> str | None:
        """Words; None: there was no time for it."""
        ...


async def listen(
    call: UUID, sound: AsyncIterator[Samples], recogniser: Recogniser, tell: Tell
) -> Verdict:
    """Listen until nothing changes the verdict, or to the end of the sound; return it.

    Each verdict is told as it comes: the first, and a machine's in its place.
    """
    recogniser.wake()
    listener = Listener()
    asking: asyncio.Task[None] | None = None
    verdict: Verdict | None = None
    try:
        async for samples in sound:
            ask = listener.feed(samples)
            if ask is not None:
                asking = asyncio.create_task(_recognise(listener, ask, recogniser))
            if listener.verdict is not verdict and listener.verdict is not None:
                verdict = listener.verdict
                await tell(told(call, verdict))
            if listener.done:
                break
    finally:
        if asking is not None:
            asking.cancel()
    if verdict is None:
        verdict = left(listener.hearing)
        await tell(told(call, verdict))
    return verdict


async def _recognise(listener: Listener, ask: Ask, recogniser: Recogniser) -> None:
    listener.heard(await recogniser.text(ask.samples))


def told(call: UUID, verdict: Verdict) -> dict[str, Any]:
    """The verdict as it goes over the bus."""
    return {
        "attempt": str(call),
        "who": verdict.who,
        "kind": verdict.kind,
        "why": verdict.why,
        "heard_s": round(verdict.at_s, 2),
        "evidence": dict(verdict.evidence),
    }

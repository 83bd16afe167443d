"""One campaign's pacer, with the calls that it knows, while it is made or made anew.

A pacer is made from the campaign's history, in a thread, for a month of it takes seconds.
What happens meanwhile is kept and told afterwards; until the first one is there the
campaign does not dial, and a pacer with the older policy goes on until a newer is ready.
A pacer hears the scores of all its calls, from its past on, or of none: what it has learnt
of answers is another thing with scores than without.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from dialer.pacing import Event, Pacer, Placed, Policy, UnknownCall
from dialer.shell.usual_score import UsualScore
from foundation.observability import get_logger

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Past:
    """Earlier events in order, and the calls among them that have not ended."""

    events: list[Event] = field(default_factory=list)
    live: set[str] = field(default_factory=set)


Remember = Callable[[], Awaitable[Past]]


class Audience:
    """Tells its pacer; `pacer` None: there is none yet. `scored`: it should hear scores."""

    def __init__(self, wanted: Policy, *, scored: bool = False) -> None:
        self.wanted, self.scored = wanted, scored
        self.pacer: Pacer | None = None
        self.usual_score: UsualScore | None = None  # None: the pacer hears no scores
        self.making = False
        self._known: set[str] = set()
        self._over: set[str] = set()
        self._meanwhile: list[tuple[Event, str | None]] = []

    @property
    def due(self) -> bool:
        """A pacer must be made: there is none, or it is one for something else."""
        if self.making or self.pacer is None:
            return not self.making
        hears = self.usual_score is not None
        return (self.pacer.policy, hears) != (self.wanted, self.scored)

    def tell(self, event: Event) -> None:
        """Something that happened, but not to a call of this campaign."""
        self._take(event, None)

    def placed(self, event: Placed) -> None:
        self._known.add(event.call)
        self._take(event, event.call)

    def of_call(self, event: Event, call: str) -> None:
        """Something that happened to a call: heard when the call is known."""
        self._take(event, call)

    def over(self, call: str) -> None:
        """The call has ended; nothing of it comes any more."""
        if self.making:  # the history that is being read may not have its end yet
            self._over.add(call)
        else:
            self._known.discard(call)

    async def make(self, remember: Remember) -> None:
        """Make the pacer of the wanted policy; errors of `remember` pass through."""
        self.making = True
        try:
            policy, scored = self.wanted, self.scored
            past = await remember()
            pacer = await asyncio.to_thread(Pacer, policy, past.events)
            self._known |= past.live
            self.pacer = pacer
            self.usual_score = UsualScore(past.events) if scored else None
            newest_s = past.events[-1].at_s if past.events else float("-inf")
            for event, call in self._meanwhile:
                self._observe(replace(event, at_s=max(newest_s, event.at_s)), call)
        finally:
            self.making = False
            self._known -= self._over
            self._over.clear()
            self._meanwhile.clear()

    def _take(self, event: Event, call: str | None) -> None:
        if self.making:
            self._meanwhile.append((event, call))
        self._observe(event, call)

    def _observe(self, event: Event, call: str | None) -> None:
        if self.pacer is None or (call is not None and call not in self._known):
            return
        if self.usual_score is not None:
            self.usual_score.hear(event)
        elif isinstance(event, Placed):
            event = replace(event, p=None)
        try:
            self.pacer.observe(event)
        except UnknownCall:  # it has forgotten a call of long ago
            log.warning("pacer_forgot_call", call=call, news=type(event).__name__)

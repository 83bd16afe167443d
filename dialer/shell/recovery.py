"""Bring the floor to what the switch really holds: at the start of a term, after a gap,
and for attempts that stayed open longer than they can.

Three sources, in this order: the switch's list of live channels, its own record of ended
ones (CEL), and our facts in the database. An attempt that none of them knows any more
still gets its one ending. All that is learnt so becomes facts, as an event would: whoever
folds them comes to the same floor. A new leader begins with the floor of the facts, so
that for him, too, his predecessor's death is a gap and nothing else.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dialer.adapters.cel import Calls, CelCall, RecordUnread, recorded
from dialer.adapters.open_attempts import (
    OpenAttempt,
    agents_before,
    of_an_earlier_switch,
    open_attempts,
)
from dialer.calls.agent import Agent, AgentState
from dialer.calls.call import CallState, advance, is_abandoned
from dialer.calls.events import Answered, ChannelEvent, HungUp, NetworkOutcome, Said
from dialer.calls.story import found_data
from dialer.ports import (
    HOLD,
    PAYING,
    ROBOT_OVER,
    LiveChannel,
    SwitchUnreachable,
)
from dialer.shell.adopting import (
    attempt_of,
    call_now,
    endpoint_of,
    ongoing_of,
    sent_back,
    talking,
)
from dialer.shell.facts import Ended, Fact, Step
from dialer.shell.floor import Floor, Ongoing
from dialer.shell.keeping import found_on_hold, found_with_robot, robot_over
from dialer.shell.phone_search import PhoneSearch
from foundation.observability import get_logger

if TYPE_CHECKING:
    from dialer.shell.leader import Tools

YOUNG = timedelta(seconds=3)  # its INVITE may still be on the way
CHECK_EVERY_S = 10.0
RECORD_LOOKS = 6  # the switch writes a channel's end a moment after the channel is gone
RECORD_LOOK_EVERY_S = 0.2

log = get_logger(__name__)


class Recovery:
    """Matches attempts, legs and agents with the switch."""

    def __init__(self, floor: Floor, tools: Tools) -> None:
        self.boot = ""  # of the switch that is heard
        self._floor = floor
        self._tools = tools
        self._checked_s = time.monotonic()
        self._suspects: set[str] = set()
        self._bridges: dict[str, str | None] = {}
        self._phones = PhoneSearch(floor, tools.telephony)
        self._remembered = False  # what the facts say of agents

    async def reconcile(self) -> list[Step]:
        """Adopt what lives, end what does not; raises SwitchUnreachable, RecordUnread."""
        live = {c.channel: c for c in await self._tools.telephony.channels()}
        self._floor.seating.reachable = await self._tools.telephony.reachable_endpoints()
        by_attempt = {attempt_of(c): c for c in live.values()}
        self._bridges = {c.channel: c.bridge for c in live.values()}
        async with self._tools.engine.connect() as connection:
            if not self._remembered:
                for one in await agents_before(connection):
                    self._floor.remember(one.agent, one.wrap_up_s)
            self._remembered = True
            attempts = await open_attempts(connection)
        self._adopt_legs(live.values())
        steps = [
            self._adopt_call(attempt, by_attempt[attempt.id])
            for attempt in attempts
            if attempt.id in by_attempt
        ]
        up = {channel.channel: channel.up for channel in live.values()}
        steps.append(self._floor.legs_now(up, self._floor.time.now()))
        gone = [a for a in attempts if a.id not in by_attempt]
        steps += await self._end_gone(gone, final=False)
        steps.append(self._free_of_nothing())
        return steps

    async def tend(self) -> list[Step]:
        """What is looked at every few seconds, while the switch is heard."""
        return [*await self.resolve_overdue(), *await self._phones.found()]

    async def resolve_overdue(self) -> list[Step]:
        """Every few seconds: end attempts that no channel stands for and no event ended.

        Only what two looks in a row find so: an event may be on its way, and an ending
        on its way to the database.
        """
        if time.monotonic() - self._checked_s < CHECK_EVERY_S:
            return []
        self._checked_s, now = time.monotonic(), self._floor.time.now()
        try:
            live = await self._tools.telephony.channels()
        except SwitchUnreachable:
            return []
        held = {attempt_of(c) for c in live}
        async with self._tools.engine.connect() as connection:
            attempts = await open_attempts(connection)
        gone = {a.id: a for a in attempts if a.id not in held and now - a.placed_at > YOUNG}
        twice = [a for a in gone.values() if a.id in self._suspects]
        self._suspects = set(gone)
        try:
            steps = await self._end_gone(twice, final=True)
        except RecordUnread as error:  # they stay open, and are looked at again
            log.error("record_unread", record=str(error), attempts=len(twice))
            return []
        if steps:
            log.warning("attempts_resolved", attempts=len(steps))
        return steps

    # -- calls ---------------------------------------------------------------------------

    def _adopt_call(self, attempt: OpenAttempt, channel: LiveChannel) -> Step:
        known, now = self._floor.calls.get(attempt.id), self._floor.time.now()
        agent, leg = self._agent_in(channel)
        ongoing = known or ongoing_of(attempt, self._floor.agents.values())
        before = self._floor.agents.get(ongoing.agent or "")
        was = ongoing.call
        ongoing.call = call_now(was, attempt, channel, now)
        ongoing.agent = agent.endpoint if agent else None
        ongoing.returned = sent_back(channel)
        ongoing.held = ongoing.on_hold = ongoing.robot = False
        ongoing.bridge = channel.bridge or ""
        step = Step()
        if agent is not None:
            ongoing.call = talking(ongoing.call, now)
            ongoing.talked_with = agent.endpoint
            self._floor.put(_with(agent, leg, attempt.id, now), now, step)
        elif channel.context == HOLD:
            found_on_hold(self._floor, ongoing, ongoing.talked_with, now, step)
        elif channel.context == PAYING:
            found_with_robot(self._floor, ongoing, ongoing.talked_with, now, step)
            if channel.extension == ROBOT_OVER:
                robot_over(self._floor, ongoing, now, step)
        self._floor.add_call(ongoing)
        if ongoing.call != was or agent is not None:
            data = found_data(ongoing.call)
            seat = agent.endpoint if agent else None
            fact = Fact(kind="found", at=now, call=attempt.id, agent=seat, data=data)
            step.facts.append(fact)
        log.info("call_adopted", attempt=attempt.id, state=ongoing.call.state.value)
        talked = before is not None and before.state is AgentState.TALKING
        if before is not None and talked and before.endpoint != ongoing.agent:
            self._floor.free(before, attempt.id, now, step)  # they parted in the gap
        return step

    def _agent_in(self, channel: LiveChannel) -> tuple[Agent | None, str]:
        """The agent whose leg shares the channel's bridge, and the leg."""
        for leg, endpoint in self._floor.legs.items():
            if channel.bridge is not None and self._bridges.get(leg) == channel.bridge:
                return self._floor.agents.get(endpoint), leg
        return None, ""

    async def _end_gone(self, gone: list[OpenAttempt], *, final: bool) -> list[Step]:
        """End attempts of which the switch has no channel.

        Unless `final`, those stay open whose record has no end though the switch lives:
        the end is on its way into the record, or the channel was born after the look.
        """
        if not gone:
            return []
        before, sure = set(self._floor.calls), {a.id for a in gone}
        async with self._tools.engine.connect() as connection:
            fell = await of_an_earlier_switch(connection, sorted(sure), self.boot)
        if not final:
            sure = fell
        cel = await self._record_of(gone, sure)
        now = self._floor.time.now()
        steps = []
        for attempt in gone:
            known = self._floor.calls.get(attempt.id)
            if known is None and attempt.id in before:
                continue  # an event ended it while the record was read
            record = cel.get(attempt.channel)
            young = now - attempt.placed_at < YOUNG and not attempt.story.known_to_switch
            on_its_way = attempt.id not in sure and _without_end(attempt, record)
            if on_its_way or (record is None and young):
                if known is None:  # committed by a leader before this one
                    self._floor.add_call(self._known(attempt))
                continue
            lost = attempt.id in fell
            steps.append(self._end(attempt, known, record, now, lost=lost))
        return steps

    async def _record_of(self, gone: list[OpenAttempt], sure: set[str]) -> Calls:
        """What the record says of them, after a moment's patience for ends to come."""
        since, channels = min(a.placed_at for a in gone), {a.channel for a in gone}
        waited_for = [a for a in gone if a.id not in sure]
        for _ in range(RECORD_LOOKS):
            cel = await recorded(self._tools.cel_path, since, channels)
            if not any(_without_end(a, cel.get(a.channel)) for a in waited_for):
                break
            await asyncio.sleep(RECORD_LOOK_EVERY_S)
        return cel

    def _known(self, attempt: OpenAttempt) -> Ongoing:
        return ongoing_of(attempt, self._floor.agents.values())

    def _end(
        self,
        attempt: OpenAttempt,
        known: Ongoing | None,
        record: CelCall | None,
        now: datetime,
        *,
        lost: bool,
    ) -> Step:
        """`lost`: the switch that was asked is gone, and its INVITE may have left even
        when neither an event nor the record tells of it: both are written a moment after.
        """
        if known is None:
            known = self._known(attempt)
            self._floor.add_call(known)
        step = Step()
        if record is not None and record.answered_at and known.call.answered_at is None:
            answered = Answered(channel=known.channel, at=record.answered_at)
            self._learn(known, answered, "answered", step)
        if record is not None and record.hung_up:
            return self._end_by_record(known, record, step)
        lost = lost or record is not None or attempt.story.known_to_switch
        outcome = NetworkOutcome.SWITCH_LOST if lost else NetworkOutcome.NOT_SENT
        source = "cel" if record else "channels"
        call = replace(known.call, state=CallState.ENDED, ended_at=now, outcome=outcome)
        counts = not known.agentless and known.machine is None
        dropped = self._floor.drop(call.id, now)
        step.facts += dropped.facts
        step.ended.append(
            Ended(
                call=call,
                channel=known.channel,
                agent=known.talked_with,
                abandoned=counts and is_abandoned(call, known.threshold_s),
                route=known.route,
                machine=known.machine,
                source=source,
            )
        )
        data = {"outcome": outcome, "source": source}
        step.facts.append(Fact(kind="resolved", at=now, call=call.id, data=data))
        return step

    def _learn(self, known: Ongoing, event: ChannelEvent, kind: str, step: Step) -> None:
        """Take what the record says as the event that was not heard."""
        known.call = advance(known.call, event)
        data = {"source": "cel"}
        step.facts.append(Fact(kind=kind, at=event.at, call=known.call.id, data=data))

    def _end_by_record(self, known: Ongoing, record: CelCall, step: Step) -> Step:
        at = record.ended_at or self._floor.time.now()
        if record.sign_of_life:
            sign = Said(channel=known.channel, at=at, what="sign_of_life", fields={})
            self._learn(known, sign, "sign_of_life", step)
        if record.taken_at:
            taken = Said(channel=known.channel, at=record.taken_at, what="taken", fields={})
            self._learn(known, taken, "taken", step)
        hung_up = HungUp(
            channel=known.channel,
            at=at,
            cause=record.cause or 0,
            sip_code=record.sip_code,
        )
        over = self._floor.on_switch(hung_up)
        over.facts = step.facts + [_by_record(fact) for fact in over.facts]
        over.ended = [replace(ended, source="cel") for ended in over.ended]
        return over

    # -- agents --------------------------------------------------------------------------

    def _adopt_legs(self, live: Iterable[LiveChannel]) -> None:
        """Know every leg; who has lost or got one is told when the calls are known."""
        now = self._floor.time.now()
        for channel in live:
            endpoint = endpoint_of(channel)
            if endpoint is None or channel.channel in self._floor.legs:
                continue
            self._floor.seating.known(channel.channel, endpoint, now, up=channel.up)
            seat = Agent(endpoint=endpoint, since=now)
            self._floor.agents.setdefault(endpoint, seat)

    def _free_of_nothing(self) -> Step:
        """An agent in a call that is no more goes on to what comes after it."""
        step, now = Step(), self._floor.time.now()
        met = (AgentState.TALKING, AgentState.RESERVED, AgentState.PREVIEW)
        for agent in list(self._floor.agents.values()):
            offered = agent.endpoint in self._floor.offers
            if agent.state in met and agent.call not in self._floor.calls and not offered:
                self._floor.free(agent, agent.call or "", now, step)
        return step


def _without_end(attempt: OpenAttempt, record: CelCall | None) -> bool:
    """The switch had a channel of it, and wrote down no end."""
    if record is None:
        return attempt.story.known_to_switch
    return not record.hung_up


def _with(agent: Agent, leg: str, call: str, now: datetime) -> Agent:
    """The agent in a bridge with that call."""
    same = agent.state is AgentState.TALKING and agent.call == call
    since = agent.since if same else now
    state = AgentState.TALKING
    return replace(agent, state=state, since=since, call=call, leg=leg, held=False)


def _by_record(fact: Fact) -> Fact:
    if fact.kind != "hungup":
        return fact
    return replace(fact, data={**fact.data, "source": "cel"})

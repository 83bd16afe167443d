"""Bring the floor to what the switch really holds: at the start of a term, after a gap,
and for attempts that stayed open longer than they can.

Three sources, in this order: the switch's list of live channels, its own record of ended
ones (CEL), and our facts in the database. An attempt that none of them knows any more
still gets its one ending.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from dialer.adapters.cel import CelCall, RecordUnread, recorded
from dialer.adapters.open_attempts import OpenAttempt, agents_before, open_attempts
from dialer.calls import agent as agents
from dialer.calls.agent import Agent, AgentState
from dialer.calls.call import Call, CallState, advance, is_abandoned
from dialer.calls.events import Answered, HungUp, NetworkOutcome, Ringing, Said
from dialer.ports import BACK_TO_FLOOR, HOLD, LiveChannel, SwitchUnreachable
from dialer.shell.facts import Ended, Fact, Step
from dialer.shell.floor import Floor, Ongoing
from dialer.shell.keeping import found_on_hold
from foundation.ids import inbound_attempt
from foundation.observability import get_logger

if TYPE_CHECKING:
    from dialer.shell.leader import Tools

YOUNG = timedelta(seconds=3)  # its INVITE may still be on the way
CHECK_EVERY = timedelta(seconds=10)

log = get_logger(__name__)


class Recovery:
    """Matches attempts, legs and agents with the switch."""

    def __init__(self, floor: Floor, tools: Tools) -> None:
        self._floor = floor
        self._tools = tools
        self._checked = datetime.now(UTC)
        self._suspects: set[str] = set()
        self._bridges: dict[str, str | None] = {}

    async def reconcile(self) -> list[Step]:
        """Adopt what lives, end what does not; raises SwitchUnreachable, RecordUnread."""
        live = {c.channel: c for c in await self._tools.telephony.channels()}
        self._floor.reachable = await self._tools.telephony.reachable_endpoints()
        by_attempt = {_attempt_of(c): c for c in live.values()}
        await self._adopt_agents(live.values())
        async with self._tools.engine.connect() as connection:
            attempts = await open_attempts(connection)
        steps = [
            self._adopt_call(attempt, by_attempt[attempt.id])
            for attempt in attempts
            if attempt.id in by_attempt
        ]
        gone = [a for a in attempts if a.id not in by_attempt]
        steps += await self._end_gone(gone)
        steps += self._lose_legs(live)
        return steps

    async def resolve_overdue(self) -> list[Step]:
        """Every few seconds: end attempts that no channel stands for and no event ended.

        Only what two looks in a row find so: an event may be on its way, and an ending
        on its way to the database.
        """
        now = datetime.now(UTC)
        if now - self._checked < CHECK_EVERY:
            return []
        self._checked = now
        try:
            live = await self._tools.telephony.channels()
        except SwitchUnreachable:
            return []
        held = {_attempt_of(c) for c in live}
        async with self._tools.engine.connect() as connection:
            attempts = await open_attempts(connection)
        gone = {a.id: a for a in attempts if a.id not in held and now - a.placed_at > YOUNG}
        twice = [a for a in gone.values() if a.id in self._suspects]
        self._suspects = set(gone)
        try:
            steps = await self._end_gone(twice)
        except RecordUnread as error:  # they stay open, and are looked at again
            log.error("record_unread", record=str(error), attempts=len(twice))
            return []
        if steps:
            log.warning("attempts_resolved", attempts=len(steps))
        return steps

    # -- calls ---------------------------------------------------------------------------

    def _adopt_call(self, attempt: OpenAttempt, channel: LiveChannel) -> Step:
        known, now = self._floor.calls.get(attempt.id), datetime.now(UTC)
        agent = self._agent_in(channel)
        ongoing = known or _ongoing(attempt)
        before = self._floor.agents.get(ongoing.agent or "")
        ongoing.call = _call_now(ongoing.call, attempt, channel, now)
        ongoing.agent = agent.endpoint if agent else None
        ongoing.returned = channel.context == BACK_TO_FLOOR
        ongoing.held = ongoing.on_hold = False
        if agent is not None:
            ongoing.call = _talking(ongoing.call, now)
            ongoing.talked_with = agent.endpoint
            self._floor.agents[agent.endpoint] = replace(
                agent, state=AgentState.TALKING, call=attempt.id, held=False
            )
        elif channel.context == HOLD:
            found_on_hold(self._floor, ongoing, ongoing.talked_with, now)
        self._floor.add_call(ongoing)
        log.info("call_adopted", attempt=attempt.id, state=ongoing.call.state.value)
        step = Step()
        talked = before is not None and before.state is AgentState.TALKING
        if before is not None and talked and before.endpoint != ongoing.agent:
            self._floor.free(before, attempt.id, now, step)  # they parted in the gap
        return step

    def _agent_in(self, channel: LiveChannel) -> Agent | None:
        """The agent whose leg shares the channel's bridge."""
        if channel.bridge is None:
            return None
        for leg, endpoint in self._floor.legs.items():
            if self._bridges.get(leg) == channel.bridge:
                return self._floor.agents.get(endpoint)
        return None

    async def _end_gone(self, gone: list[OpenAttempt]) -> list[Step]:
        if not gone:
            return []
        before = set(self._floor.calls)
        since = min(a.placed_at for a in gone)
        cel = await recorded(self._tools.cel_path, since, {a.channel for a in gone})
        now = datetime.now(UTC)
        steps = []
        for attempt in gone:
            known = self._floor.calls.get(attempt.id)
            if known is None and attempt.id in before:
                continue  # an event ended it while the record was read
            record = cel.get(attempt.channel)
            if record is None and now - attempt.placed_at < YOUNG:
                if known is None:  # committed by a leader before this one
                    self._floor.add_call(_ongoing(attempt))
                continue
            steps.append(self._end(attempt, known, record, now))
        return steps

    def _end(
        self,
        attempt: OpenAttempt,
        known: Ongoing | None,
        record: CelCall | None,
        now: datetime,
    ) -> Step:
        if known is None:
            known = _ongoing(attempt)
            self._floor.add_call(known)
        if record is not None and record.answered_at and known.call.answered_at is None:
            answered = Answered(channel=known.channel, at=record.answered_at)
            known.call = advance(known.call, answered)
        if record is not None and record.hung_up:
            return self._end_by_record(known, record)
        outcome = NetworkOutcome.SWITCH_LOST if record or attempt.known_to_switch else None
        call = replace(
            known.call,
            state=CallState.ENDED,
            ended_at=now,
            outcome=outcome or NetworkOutcome.NOT_SENT,
        )
        step = self._floor.drop(call.id, now)
        step.ended.append(
            Ended(
                call=call,
                channel=known.channel,
                agent=known.talked_with,
                abandoned=not known.agentless and is_abandoned(call, known.threshold_s),
                route=known.route,
                source="cel" if record else "channels",
            )
        )
        step.facts.append(
            Fact(kind="resolved", at=now, call=call.id, data={"outcome": call.outcome})
        )
        return step

    def _end_by_record(self, known: Ongoing, record: CelCall) -> Step:
        at = record.ended_at or datetime.now(UTC)
        if record.sign_of_life:
            sign = Said(channel=known.channel, at=at, what="sign_of_life", fields={})
            known.call = advance(known.call, sign)
        hung_up = HungUp(
            channel=known.channel,
            at=at,
            cause=record.cause or 0,
            sip_code=record.sip_code,
        )
        step = self._floor.on_switch(hung_up)
        step.ended = [replace(ended, source="cel") for ended in step.ended]
        return step

    # -- agents --------------------------------------------------------------------------

    async def _adopt_agents(self, live: Iterable[LiveChannel]) -> None:
        self._bridges = {c.channel: c.bridge for c in live}
        if not self._floor.agents:
            async with self._tools.engine.connect() as connection:
                for agent in await agents_before(connection):
                    self._floor.agents[agent.endpoint] = agent
        for channel in live:
            endpoint = _endpoint_of(channel)
            if endpoint is None or channel.channel in self._floor.legs:
                continue
            self._floor.legs[channel.channel] = endpoint
            now = datetime.now(UTC)
            agent = self._floor.agents.get(endpoint) or Agent(endpoint=endpoint, since=now)
            if channel.up:
                agent = agents.leg_up(agent, channel.channel, now)
            self._floor.agents[endpoint] = agent

    def _lose_legs(self, live: dict[str, LiveChannel]) -> list[Step]:
        now = datetime.now(UTC)
        lost = [leg for leg in self._floor.legs if leg not in live]
        return [
            self._floor.on_switch(HungUp(channel=leg, at=now, cause=0, sip_code=None))
            for leg in lost
        ]


def _attempt_of(channel: LiveChannel) -> str:
    """Attempt of a debtor's channel: outbound ones carry it as their unique id."""
    if "-" in channel.channel:
        return channel.channel
    return str(inbound_attempt(channel.channel))


def _endpoint_of(channel: LiveChannel) -> str | None:
    """Endpoint of an agent's leg: `PJSIP/agent001-0000002a` in context `agent`."""
    if channel.context != "agent":
        return None
    return channel.name.removeprefix("PJSIP/").rpartition("-")[0]


def _call_now(
    call: Call, attempt: OpenAttempt, channel: LiveChannel, now: datetime
) -> Call:
    """What was known of a call, moved to where its channel is; not who it talks with."""
    if channel.up and call.answered_at is None:
        up_since = now - timedelta(seconds=channel.seconds)
        call = advance(call, Answered(channel=channel.channel, at=up_since))
    if channel.ringing:  # it may have begun in the gap
        call = advance(call, Ringing(channel=channel.channel, at=now))
    if channel.context == BACK_TO_FLOOR:
        return replace(call, state=CallState.WAITING)
    if call.state is CallState.TALKING or _past_threshold(call.answered_at, attempt, now):
        return replace(call, state=CallState.IN_DIALPLAN)
    if not channel.up and call.state is CallState.COMMITTED:
        return replace(call, state=CallState.DIALING)
    return call


def _talking(call: Call, now: datetime) -> Call:
    return replace(call, state=CallState.TALKING, joined_at=call.joined_at or now)


def _past_threshold(
    answered_at: datetime | None, attempt: OpenAttempt, now: datetime
) -> bool:
    if answered_at is None or attempt.inbound:
        return False
    return (now - answered_at).total_seconds() > attempt.threshold_s


def _ongoing(attempt: OpenAttempt) -> Ongoing:
    return Ongoing(
        call=attempt.call,
        campaign=attempt.campaign,
        route=attempt.route,
        channel=attempt.channel,
        placed_at=attempt.placed_at,
        threshold_s=attempt.threshold_s,
        wrap_up_s=attempt.wrap_up_s,
        talked_with=attempt.talked_with,
        agentless=attempt.agentless,
    )

"""`Telephony` without a telephone: a switch in our own process, with scripted far ends.

For tests and rehearsals of what stands on the port. It keeps the promises that the real
switch keeps (the same contract tests hold both): the order of events, what refuses, and
the dialplan that bounds silence. Time is the event loop's, so a virtual loop makes hours
pass in no time. Codecs, sound and the network are not imitated.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Self

from dialer.adapters.ami.actions import originate as checked
from dialer.calls.events import (
    Answered,
    ConnectionLost,
    ConnectionRestored,
    Created,
    EndpointSeen,
    HungUp,
    Joined,
    Parted,
    Refused,
    Ringing,
    Said,
    SwitchEvent,
)
from dialer.ports import (
    BACK_TO_FLOOR,
    HOLD,
    PAYING,
    ROBOT_OVER,
    LiveChannel,
    Origination,
    SwitchRefused,
    SwitchUnreachable,
)

MESSAGE_S = 9.0  # the safe-harbour message and its like
BACK_TO_FLOOR_S = 35.0
HOLD_S = 600.0
INBOUND_WAIT_S = 120.0
TOLD_WAIT_S = 600.0  # of who has heard his place


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """What one called party does; instants are seconds from the INVITE."""

    rings_s: float | None = 0.0  # None: gives no sign of life
    answers_s: float | None = None  # None: never picks up
    refuses_s: float | None = None  # a final answer that is no pick-up
    cause: int = 17  # Q.850, of the refusal
    sip_code: int = 486
    talks_s: float | None = None  # from the answer; None: until we hang up


Script = Callable[[Origination], Party]


@dataclass(slots=True)
class _Channel:
    call: Origination
    born: float
    rings: bool = False
    up: bool = False
    peer: _Channel | None = None
    held: bool = False
    robot: bool | None = None  # held for it: whether it leads still
    taken: bool = False  # by us out of the automatic conversation
    back: bool = False  # on the floor again
    talked: bool = False  # came out of a bridge, and the dialplan has not noticed yet
    variables: dict[str, str] = field(default_factory=dict)
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    life: asyncio.Task[None] | None = None

    @property
    def id(self) -> str:
        return self.call.channel

    @property
    def context(self) -> str:
        if self.held:
            return HOLD if self.robot is None else PAYING
        waits = self.back and self.peer is None
        return BACK_TO_FLOOR if waits else self.call.context


class ScriptedTelephony:
    """Use with `async with`. `script` says what each originated call meets."""

    def __init__(self, script: Script, epoch: datetime | None = None) -> None:
        self._script = script
        self._epoch = epoch or datetime.now(UTC)
        self._began: float | None = None
        self._queue: asyncio.Queue[SwitchEvent] = asyncio.Queue()
        self._channels: dict[str, _Channel] = {}
        self._endpoints: set[str] = set()
        self._lost = True
        self._boot = secrets.token_hex(4)
        self.placed: list[Origination] = []
        self.robot_there = False  # somebody holds the conversations

    async def __aenter__(self) -> Self:
        self.restore()
        return self

    async def __aexit__(self, *_error: object) -> None:
        lives = [ch.life for ch in self._channels.values() if ch.life is not None]
        for life in lives:
            life.cancel()
        await asyncio.gather(*lives, return_exceptions=True)

    # -- what a test does to it --------------------------------------------------------

    def register(self, endpoint: str, reachable: bool = True) -> None:
        """A seat's phone comes or goes."""
        (self._endpoints.add if reachable else self._endpoints.discard)(endpoint)
        seen = EndpointSeen(
            endpoint=endpoint, reachable=reachable, at=self._now(), fresh=reachable
        )
        self._tell(seen)

    def lose(self, why: str) -> None:
        """Cut the event stream; calls go on unseen until `restore`."""
        self._tell(ConnectionLost(at=self._now(), why=why))
        self._lost = True

    def restore(self, *, restarted: bool = False) -> None:
        """Let the stream flow again, as it is after the switch was `restarted`, or not."""
        self._lost = False
        if restarted:
            self._boot = secrets.token_hex(4)
        self._tell(ConnectionRestored(at=self._now(), boot=self._boot))

    def ringing(self) -> int:
        """How many channels ring now, whoever listens."""
        return sum(ch.rings and not ch.up for ch in self._channels.values())

    def variables(self, channel: str) -> Mapping[str, str]:
        """What a channel was made with and has been told since."""
        return self._live(channel).variables

    def call_in(self, channel: str, number: str, called: str) -> None:
        """Somebody calls us and is sent to the floor."""
        call = Origination(channel=channel, dial="", context="to-floor", timeout_s=0.0)
        ch = self._new(call)
        ch.variables |= {
            "ACORDO_ATTEMPT": channel, "ACORDO_CALLER": number, "ACORDO_CALLED": called,
        }  # fmt: skip
        ch.life = asyncio.create_task(self._inbound(ch))

    def robot_done(self, channel: str) -> None:
        """The automatic conversation ends, and the debtor wants a person."""
        ch = self._live(channel)
        ch.robot = False
        self._say(ch, "robot_over")

    def refuse(self, channel: str, *, cause: int, sip_code: int) -> None:
        """The network refuses a call now that its script left without an answer."""
        self._tell(Refused(channel=channel, at=self._now()))
        self._end(self._live(channel), cause, sip_code)

    # -- the port ----------------------------------------------------------------------

    async def events(self) -> AsyncIterator[SwitchEvent]:
        while True:
            yield await self._queue.get()

    async def originate(self, call: Origination) -> None:
        checked(call)
        self._reach()
        seat = call.dial.removeprefix("PJSIP/")
        if call.channel in self._channels or not ("@" in seat or seat in self._endpoints):
            raise SwitchRefused("no channel could be made")
        self.placed.append(call)
        ch = self._new(call)
        ch.life = asyncio.create_task(self._outbound(ch, self._script(call)))

    async def bridge(self, channel: str, peer: str) -> None:
        self._reach()
        one, other = self._live(channel), self._live(peer)
        for ch in (one, other):
            self._part(ch)
            ch.held, ch.robot = False, None
        one.peer, other.peer = other, one
        at = self._now()
        for ch, its_peer in ((one, other), (other, one)):
            self._tell(Joined(channel=ch.id, at=at, peer=its_peer.id))
            ch.stirred.set()

    async def hold(self, channel: str) -> None:
        self._reach()
        ch = self._live(channel)
        ch.held = True
        self._part(ch)
        self._say(ch, "held")
        asyncio.get_running_loop().call_later(HOLD_S, self._hold_over, ch)

    async def to_robot(self, channel: str) -> None:
        self._reach()
        ch = self._live(channel)
        ch.held, ch.robot = True, self.robot_there
        self._part(ch)
        self._say(ch, "paying" if self.robot_there else "robot_over")
        asyncio.get_running_loop().call_later(HOLD_S, self._hold_over, ch)

    async def end_hold(self, channel: str) -> None:
        self._reach()
        self._hold_over(self._live(channel))

    async def take(self, channel: str) -> None:
        self._reach()
        ch = self._live(channel)
        self._say(ch, "taken")
        if not ch.call.dial:
            self._say_inbound(ch)
            return
        ch.taken = ch.talked = True  # whom we called waits as one whose agent was lost
        ch.stirred.set()

    async def tell(self, channel: str, variables: Mapping[str, str]) -> None:
        self._reach()
        self._live(channel).variables.update(variables)

    async def listen(self, channel: str) -> None:
        self._reach()

    async def hang_up(self, channel: str, cause: int = 16) -> bool:
        self._reach()
        ch = self._channels.get(channel)
        if ch is not None:
            self._end(ch, cause, None)
        return ch is not None

    async def channels(self) -> list[LiveChannel]:
        self._reach()
        return [
            LiveChannel(
                channel=ch.id,
                name=f"{ch.call.dial}-scripted",
                up=ch.up,
                ringing=ch.rings and not ch.up,
                bridge=min(ch.id, ch.peer.id) if ch.peer else None,
                seconds=int(self._time() - ch.born),
                context=ch.context,
                extension=ROBOT_OVER if ch.robot is False else ch.call.extension,
            )
            for ch in self._channels.values()
        ]

    async def reachable_endpoints(self) -> set[str]:
        self._reach()
        return set(self._endpoints)

    # -- lives of channels -------------------------------------------------------------

    async def _outbound(self, ch: _Channel, party: Party) -> None:
        try:
            async with asyncio.timeout(ch.call.timeout_s):
                refused = await self._ring(ch, party)
        except TimeoutError:
            self._end(ch, 19, 480)  # the code that a real switch makes up
            return
        if refused:
            self._tell(Refused(channel=ch.id, at=self._now()))
            self._end(ch, party.cause, party.sip_code)
            return
        self._answer(ch)
        if party.talks_s is not None:
            asyncio.get_running_loop().call_later(party.talks_s, self._end, ch, 16, None)
        await (self._nailed(ch) if ch.call.context == "agent" else self._debtor(ch))

    async def _ring(self, ch: _Channel, party: Party) -> bool:
        """Return whether the far end refused; False: it picked up."""
        await asyncio.sleep(party.rings_s or 0.0)
        if party.rings_s is not None:
            ch.rings = True
            self._tell(Ringing(channel=ch.id, at=self._now()))
        ends = [end for end in (party.answers_s, party.refuses_s) if end is not None]
        if not ends:
            await asyncio.Event().wait()
        await asyncio.sleep(max(0.0, min(ends) - (party.rings_s or 0.0)))
        return party.answers_s is None

    async def _debtor(self, ch: _Channel) -> None:
        """The dialplan's context `debtor`."""
        await self._pause(ch, float(ch.variables.get("ACORDO_THRESHOLD_S") or 2))
        await self._after(ch, "overflow")

    async def _inbound(self, ch: _Channel) -> None:
        self._answer(ch)
        self._say_inbound(ch)
        await self._pause(ch, INBOUND_WAIT_S)
        if "ACORDO_POSITION" in ch.variables and not ch.talked:
            await self._pause(ch, TOLD_WAIT_S - INBOUND_WAIT_S)
        await self._after(ch, "no_agent")

    async def _after(self, ch: _Channel, ending: str) -> None:
        """What follows each wait or bridge, until the call ends."""
        while True:
            if ch.talked:
                ch.talked, ch.back = False, True
                self._say(ch, "back_to_floor")
                await self._pause(ch, INBOUND_WAIT_S if ch.taken else BACK_TO_FLOOR_S)
                ending, ch.taken = "no_agent" if ch.taken else ending, False
                continue
            ch.back = False
            self._say(ch, ending)
            await self._pause(ch, MESSAGE_S)
            if not ch.talked:
                break
        self._end(ch, 16, None)

    async def _nailed(self, ch: _Channel) -> None:
        self._say(ch, "agent_ready", {"Attempt": "", "Endpoint": ch.call.dial[6:]})
        while True:
            await self._pause(ch, 3600.0)

    async def _pause(self, ch: _Channel, seconds: float) -> None:
        """Wait; a bridge ends the wait at once and keeps the channel until it breaks."""
        try:
            async with asyncio.timeout(seconds):
                await ch.stirred.wait()
        except TimeoutError:
            return
        while ch.peer is not None or ch.held:
            ch.stirred.clear()
            await ch.stirred.wait()
        ch.stirred.clear()

    # -- steps -------------------------------------------------------------------------

    def _new(self, call: Origination) -> _Channel:
        ch = _Channel(call, self._time(), variables=dict(call.variables))
        self._channels[ch.id] = ch
        self._tell(Created(channel=ch.id, at=self._now()))
        return ch

    def _answer(self, ch: _Channel) -> None:
        ch.up = True
        self._tell(Answered(channel=ch.id, at=self._now()))

    def _hold_over(self, ch: _Channel) -> None:
        if ch.held:
            ch.held, ch.robot = False, None
            ch.stirred.set()

    def _part(self, ch: _Channel) -> None:
        if ch.peer is None:
            return
        for one in (ch, ch.peer):
            one.peer = None
            one.talked = True
            one.stirred.set()  # wakes the wait inside the bridge
            self._tell(Parted(channel=one.id, at=self._now()))

    def _end(self, ch: _Channel, cause: int, sip_code: int | None) -> None:
        if self._channels.pop(ch.id, None) is None:
            return
        self._part(ch)
        if ch.life is not None and ch.life is not asyncio.current_task():
            ch.life.cancel()
        self._tell(HungUp(channel=ch.id, at=self._now(), cause=cause, sip_code=sip_code))

    def _say(self, ch: _Channel, what: str, fields: dict[str, str] | None = None) -> None:
        fields = fields or {"Attempt": ch.variables.get("ACORDO_ATTEMPT", "")}
        self._tell(Said(channel=ch.id, at=self._now(), what=what, fields=fields))

    def _say_inbound(self, ch: _Channel) -> None:
        told = {"Attempt": "ATTEMPT", "Number": "CALLER", "Called": "CALLED"}
        fields = {name: ch.variables[f"ACORDO_{of}"] for name, of in told.items()}
        self._say(ch, "inbound", fields)

    def _tell(self, event: SwitchEvent) -> None:
        if not self._lost:
            self._queue.put_nowait(event)

    def _reach(self) -> None:
        if self._lost:
            raise SwitchUnreachable("the script lost the connection")

    def _live(self, channel: str) -> _Channel:
        ch = self._channels.get(channel)
        if ch is None:
            raise SwitchRefused("no such channel")
        return ch

    def _time(self) -> float:
        return asyncio.get_running_loop().time()

    def _now(self) -> datetime:
        if self._began is None:
            self._began = self._time()
        return self._epoch + timedelta(seconds=self._time() - self._began)

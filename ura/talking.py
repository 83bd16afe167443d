"""Leads callers into a conversation, and on from it: to a person, or to a good-bye.

The switch says which call a connection of sound belongs to; only calls that were led here
a moment ago are talked with. Whatever breaks, the caller goes to the floor, as the
dialplan has it (context `talk`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from prometheus_client import Counter
from sqlalchemy.exc import DBAPIError

from cobranca.contacts import payment_errands, robot_calls
from cobranca.contacts.robot_calls import Arrived, Over
from cobranca.inbound.number import OurNumber
from cobranca.inbound.opening_hours import is_open
from foundation.brasil.phone import e164_or_empty
from foundation.clock import SAO_PAULO
from foundation.ids import inbound_attempt
from foundation.metrics import REGISTRY
from foundation.observability import bound, get_logger
from ura.adapters.fastagi import AgiChannel
from ura.adapters.voice_activity import VoiceActivity
from ura.conversation.controller import Held, Means, hold
from ura.dialogue.intents import intents
from ura.flow.engine import BROKEN
from ura.flow.prompts import prompts
from ura.owed_calls import OwedCalls
from ura.ports import Recogniser, Samples, VoiceChannel
from ura.scripts.flows import shipped
from ura.scripts.inbound import NEXT
from ura.speaking.speaker import Speaker
from ura.speaking.writing import as_written
from ura.steps.case import Case
from ura.steps.case import Means as StepMeans
from ura.steps.desk import Desk
from ura.turn_writer import TurnWriter
from ura.whom_we_called import attempt_named, whom_we_called

TALK = "ACORDO_TALK"
FLOW, CALLED = "receptive", "active"
ENDED_S = 3.0  # for a conversation to be over once its sound is
SOUND_S = 10.0  # for the sound of a call that was led here to come: it is the next step
MOST_WAITING = 1000  # calls led here whose sound never came
DATABASE_LOST = (DBAPIError, OSError, TimeoutError)

TALKS = Counter("acordo_ura_talks", "conversations", ["outcome"], registry=REGISTRY)

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Expected:
    """A call that was led here. `held` is how the conversation went, once it is over."""

    case: Case
    flow: str
    slots: Mapping[str, object]  # that are filled when it begins
    held: asyncio.Future[Held]


class Talks:
    """The conversations of one process. `deaf`: nobody is here to recognise speech.

    `holder`: which life of the process they are in the hands of.
    """

    def __init__(
        self,
        means: StepMeans,
        speaker: Speaker,
        recogniser: Recogniser,
        deaf: Callable[[], bool],
        owed: OwedCalls,
        holder: UUID | None = None,
    ) -> None:
        self._means = means
        self._holder = holder
        self._owed = owed
        self._speaker = speaker
        self._recogniser = recogniser
        self._deaf = deaf
        self._calls: dict[UUID, Expected] = {}
        self._heard: set[UUID] = set()  # their sound came
        self._closing: set[asyncio.Task[None]] = set()

    async def hand_in(self) -> None:
        """Give the database the call-backs that are owed. Raises DBAPIError."""
        await self._owed.hand_in(self._means.engine)

    def expects(self, call: UUID) -> bool:
        return call in self._calls

    async def arrives(self, channel: AgiChannel, ours: OurNumber) -> bool:
        """Lead a caller into a conversation; False when none can be held now."""
        caller = await channel.variable("ACORDO_CALLER")
        unique = channel.environment.get("agi_uniqueid", "")
        arrived = Arrived(
            call=inbound_attempt(unique),
            channel=unique,
            flow=FLOW,
            caller=e164_or_empty(caller),
            called=ours.number,
            at=datetime.now(UTC),
            holder=self._holder,
        )
        try:
            async with self._means.engine.begin() as connection:
                protocol = await robot_calls.begin(connection, arrived)
        except DATABASE_LOST as error:
            log.warning("talk_not_begun", why=type(error).__name__)
            return False
        case = Case(
            means=replace(self._means, opening=ours.opening),
            call=arrived.call,
            caller=arrived.caller,
            creditor=ours.creditor,
            begun=arrived.at,
        )
        await self._lead(channel, case, FLOW, {"protocol": protocol})
        return True

    async def called(self, channel: AgiChannel) -> bool:
        """Lead whom we called into a conversation; False when none can be held now."""
        unique = channel.environment.get("agi_uniqueid", "")
        try:
            async with self._means.engine.begin() as connection:
                whom = await whom_we_called(connection, unique)
                if whom is None:
                    return False
                arrived = Arrived(
                    call=whom.call,
                    channel=unique,
                    flow=CALLED,
                    caller=whom.number,
                    called=whom.shown,
                    at=datetime.now(UTC),
                    holder=self._holder,
                )
                protocol = await robot_calls.begin(connection, arrived)
        except DATABASE_LOST as error:
            log.warning("talk_not_begun", why=type(error).__name__)
            return False
        case = Case(
            means=self._means,
            call=whom.call,
            caller=whom.number,
            creditor=whom.creditor,
            expected=whom.debtor,
            agentless=whom.agentless,
            begun=arrived.at,
        )
        await self._lead(channel, case, CALLED, {"protocol": protocol, "name": whom.name})
        return True

    async def pays(self, channel: AgiChannel) -> bool:
        """Lead the debtor of an agent's call to pay; False when that cannot be now."""
        unique = channel.environment.get("agi_uniqueid", "")
        attempt = attempt_named(unique) or inbound_attempt(unique)
        called = await channel.variable("ACORDO_CALLED")
        try:
            async with self._means.engine.begin() as connection:
                errand = await payment_errands.waiting(connection, attempt)
                if errand is None:
                    return False
                arrived = Arrived(
                    call=errand.id,
                    channel=unique,
                    flow=payment_errands.FLOW,
                    caller=e164_or_empty(await channel.variable("ACORDO_CALLER")),
                    called=called,
                    at=datetime.now(UTC),
                    holder=self._holder,
                )
                await robot_calls.begin(connection, arrived)
                await robot_calls.identified(connection, errand.id, errand.debtor)
        except DATABASE_LOST as error:
            log.warning("talk_not_begun", why=type(error).__name__)
            return False
        case = Case(
            means=self._means,
            call=errand.id,
            caller=arrived.caller,
            debtor=errand.debtor,
            to_pay=errand.to_pay,
            begun=arrived.at,
        )
        await self._lead(channel, case, payment_errands.FLOW, {})
        return True

    async def _lead(
        self, channel: AgiChannel, case: Case, flow: str, slots: Mapping[str, object]
    ) -> None:
        self._expect(case, flow, slots)
        await channel.set_variable(TALK, str(case.call))
        await channel.set_variable(NEXT, "talk")

    def _expect(self, case: Case, flow: str, slots: Mapping[str, object]) -> None:
        loop = asyncio.get_running_loop()
        while len(self._calls) >= MOST_WAITING:
            self._forget(next(iter(self._calls)))
        self._calls[case.call] = Expected(case, flow, slots, loop.create_future())
        loop.call_later(SOUND_S, self._never_came, case.call)

    def _forget(self, call: UUID) -> Expected | None:
        self._heard.discard(call)
        return self._calls.pop(call, None)

    def _never_came(self, call: UUID) -> None:
        """Its time for sound is over: who hung up before it leaves no open conversation."""
        if call in self._heard or self._forget(call) is None:
            return
        task = asyncio.get_running_loop().create_task(self._keep(call, Held()))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def talks(self, call: UUID, channel: VoiceChannel) -> None:
        """Hold the conversation of a call whose sound has come."""
        expected = self._calls[call]
        self._heard.add(call)
        expected.case.begun = datetime.now(UTC)
        held = Held(outcome=BROKEN, hands_over=True)  # if it breaks, a person follows
        turns = TurnWriter(self._means.engine, call)
        writing = asyncio.create_task(turns.run(), name="turns")
        try:
            with bound(call=str(call)):
                held = await self._held(expected, channel, turns)
        finally:
            writing.cancel()
            await asyncio.wait({writing})
            if not expected.held.done():
                expected.held.set_result(held)
            TALKS.labels(held.outcome).inc()
            await self._keep(call, held)

    async def _held(
        self, expected: Expected, channel: VoiceChannel, turns: TurnWriter
    ) -> Held:
        case = expected.case

        async def sound(prompt: str, slots: Mapping[str, object]) -> Samples:
            return await self._speaker.sound(prompt, slots, case.speaks_for)

        means = Means(
            sound=sound,
            recogniser=self._recogniser,
            steps=Desk(case),
            intents=intents(),
            activity=VoiceActivity,
            today=datetime.now(SAO_PAULO).date(),
            deaf=self._deaf,
            turned=turns.take,
            written=lambda prompt, slots: as_written(prompts()[prompt], slots),
        )
        return await hold(shipped(expected.flow), channel, means, expected.slots)

    async def _keep(self, call: UUID, held: Held) -> None:
        over = Over(
            outcome=held.outcome,
            hands_over=held.hands_over,
            state=held.walk.state if held.walk else "",
            at=datetime.now(UTC),
            turns=[asdict(turn) for turn in held.turns],
        )
        log.info("talk_over", call=str(call), outcome=over.outcome, state=over.state)
        try:
            async with self._means.engine.begin() as connection:
                await robot_calls.end(connection, call, over)
        except DATABASE_LOST as error:
            log.error("talk_not_kept", call=str(call), why=type(error).__name__)

    async def goes_on(self, channel: AgiChannel) -> str:
        """Where a caller goes after the conversation: `agent`, `closed` or `done`."""
        call = UUID(await channel.variable(TALK))
        sounded, expected = call in self._heard, self._forget(call)
        wants_person, opening = True, self._means.opening
        if expected is not None and sounded:
            async with asyncio.timeout(ENDED_S):
                held = await expected.held
            wants_person = held.hands_over
        elif expected is not None:  # no sound could be had with him
            await self._keep(call, Held(outcome=BROKEN, hands_over=True))
        if expected is not None:
            opening = expected.case.means.opening
        if not wants_person:
            return "done"
        now = self._means.contact_clock().now()
        return "agent" if is_open(now, opening) else "closed"

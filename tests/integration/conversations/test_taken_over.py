"""A caller is taken from the robot, on a real line; he may hang up before it, or after."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.contacts import robot_board, robot_calls
from dialer.adapters.ami.telephony import AmiTelephony
from dialer.ports import Origination
from dialer.shell.adopting import sent_back
from foundation.bus import COMMANDS, Bus
from foundation.ids import uuid7
from foundation.settings import ProcessSettings
from tests.builders.processes import Processes
from tests.integration.conversations.calls import a_ura, over
from tests.integration.conversations.persons import Person, persons
from tests.integration.conversations.test_called import a_campaign, an_attempt
from tests.integration.conversations.test_paid_by_robot import AGENT, SEAT, Scene, staffed
from tests.real_switch import RealSwitch, eventually, hearing
from tests.sound import Samples, holds, stereo
from ura.speaking.recordings import read_wav

pytestmark = pytest.mark.timeout(300)
CLIP = Path("ura/prompts/pt_BR/robot_taken.wav")  # who is taken from the robot hears it
BACK_S = 60.0  # the words that he hears first last three seconds
OURS = ("551130000181", "551130000182", "551130000183")
OPEN = "SELECT id FROM robot_call WHERE called = :ours AND ended_at IS NULL"
KNOWN = "SELECT debtor_id, outcome FROM robot_call WHERE id = :call"
STORY = """SELECT kind FROM call_event WHERE attempt_id = :call
             AND kind IN ('robot', 'taken', 'inbound', 'joined', 'hungup') ORDER BY id"""


def the_clip() -> Samples:
    clip = read_wav(Path(__file__).parents[3] / CLIP)
    assert clip is not None
    return clip


class Taking(Scene):
    """Callers who are with the robot until they are sent for."""

    async def rings(self, ours: str) -> None:
        """Somebody calls, and the robot has him."""
        self.switch.far.cli(f"channel originate PJSIP/{ours}@switch extension s@told")
        await eventually(lambda: self._is_open(ours))
        ((self.call,),) = await self.ask(OPEN, ours=ours)
        await self.story_is("robot")
        await self.takes_keys()

    async def _is_open(self, ours: str) -> bool:
        return bool(await self.ask(OPEN, ours=ours))

    async def story_is(self, *kinds: str) -> None:
        await self.until(STORY, [(kind,) for kind in kinds], call=self.call)

    async def proves_who_he_is(self, person: Person) -> None:
        self.types(person.identifies)
        await self.until(KNOWN, [(person.debtor, None)], call=self.call)

    async def wants_him(self) -> None:
        """The supervisor's wish, as the console keeps it."""
        async with self.engine.begin() as connection:
            now = datetime.now(UTC)
            assert await robot_calls.take(connection, self.call, None, now) is not None

    async def send_for_him(self) -> None:
        wish = {"do": "take", "agent": AGENT, "call": str(self.call)}
        await self.wire.publish(COMMANDS, wish)

    def hangs_up(self) -> None:
        """The one caller goes; the agents' phones are at the same far end."""
        rows = self.switch.far.cli("core show channels concise").splitlines()
        (caller,) = [row.split("!")[0] for row in rows if row.split("!")[1:2] == ["told"]]
        self.switch.far.cli(f"channel request hangup {caller}")

    async def told_of_a_person(self) -> bool:
        """Whether he heard it before he was with one: the switch's recording has it."""
        ((name,),) = await self.ask(
            "SELECT channel FROM robot_call WHERE id = :call", call=self.call
        )
        recording = self.switch.home.recordings_clear / f"{name}.raw"
        return recording.is_file() and holds(stereo(recording)[1], the_clip())

    async def ended(self, ours: str) -> Any:
        return (await over(self.engine, [ours]))[ours]


async def test_he_takes_a_caller_and_either_may_be_first_to_go(
    engine: AsyncEngine,
    settings: ProcessSettings,
    processes: Processes,
    real_switch: RealSwitch,
    wire: Bus,
) -> None:
    scene = Taking(real_switch, engine, wire)
    person, _ = await staffed(scene, settings, processes, *OURS)

    taken, gone_before, gone_after = OURS
    await scene.rings(taken)
    await scene.proves_who_he_is(person)
    await scene.wants_him()
    await scene.send_for_him()
    await scene.story_is("robot", "taken", "inbound", "joined")
    assert await scene.ask(SEAT) == [("talking", "false")]
    row = await scene.ended(taken)
    assert (row.outcome, row.hands_over, row.debtor_id) == ("taken", True, person.debtor)
    async with engine.connect() as connection:
        assert await robot_board.said(connection, scene.call) != []
    await scene.wish("hang_up")
    await scene.until(SEAT, [("wrap_up", "false")])
    await scene.wish("wrap_up_done")
    await scene.until(SEAT, [("idle", "false")])
    await eventually(scene.told_of_a_person)

    await scene.rings(gone_before)
    await scene.wants_him()
    scene.hangs_up()
    await scene.story_is("robot", "hungup")
    await scene.send_for_him()

    async def nobody_took_him() -> bool:
        row = await scene.ended(gone_before)
        return (row.outcome, row.hands_over, row.taken_at) == ("hung_up", False, None)

    await eventually(nobody_took_him)

    await scene.rings(gone_after)
    await scene.wants_him()
    await scene.send_for_him()
    await scene.ended(gone_after)  # the robot is silent, and he hears what follows
    scene.hangs_up()
    await scene.story_is("robot", "taken", "hungup")
    assert (await scene.ended(gone_after)).outcome == "taken"
    assert await scene.ask(SEAT) == [("idle", "false")]


async def test_whom_we_called_is_told_and_waits_for_whoever_is_free(
    engine: AsyncEngine,
    settings: ProcessSettings,
    processes: Processes,
    real_switch: RealSwitch,
    telephony: AmiTelephony,
) -> None:
    (person,) = await persons(engine, settings, 1)
    await a_ura(processes, real_switch, "551140041097")
    attempt = str(await an_attempt(engine, await a_campaign(engine), person))
    call = Origination(
        channel=attempt,
        dial=real_switch.dial("01"),
        context="debtor",
        timeout_s=30.0,
        variables={
            "ACORDO_ATTEMPT": attempt, "ACORDO_THRESHOLD_S": "0",
            "ACORDO_RECORD": "0", "ACORDO_ROBOT": "1",
        },
    )  # fmt: skip
    async with hearing(telephony) as heard:
        await telephony.originate(call)
        await heard.said("with_robot", attempt)
        await telephony.take(attempt)
        async with asyncio.timeout(BACK_S):
            told = await heard.said("back_to_floor", attempt)
        (there,) = [one for one in await telephony.channels() if one.channel == attempt]
    assert told.fields["Attempt"] == attempt
    assert sent_back(there)  # also a dialer that starts now sees him wait
    number = call.dial.removeprefix("PJSIP/").partition("@")[0]

    async def is_heard() -> bool:
        # at the far end: what he heard is what comes in there
        recording = real_switch.heard / f"{number}.raw"
        return recording.is_file() and holds(stereo(recording)[0], the_clip())

    await eventually(is_heard)
    async with engine.connect() as connection:
        assert await robot_board.is_agentless(connection, UUID(attempt))
        assert not await robot_board.is_agentless(connection, uuid7())

"""A conversation on the real switch: sound both ways and keys beside it, then the floor."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from uuid import UUID, uuid4

import numpy as np

from dialer.adapters.ami.telephony import AmiTelephony
from dialer.calls.events import HungUp
from foundation.sound import tone
from tests.integration.switch.callers import a_caller
from tests.real_switch import PATIENCE_S, RealSwitch, hearing
from tests.sound import stereo, timeline
from ura.adapters.audiosocket_channel import AudioSocketChannel, TalkServer
from ura.adapters.fastagi import AgiChannel, AgiServer
from ura.adapters.scripted_recogniser import ScriptedRecogniser
from ura.adapters.voice_activity import VoiceActivity
from ura.conversation.controller import Held, Means, hold
from ura.dialogue.intents import intents
from ura.ports import Samples
from ura.scripts.flows import shipped

PROMPT_HZ, PROMPT_S = 700, 0.4
# each `w` is half a second; a prompt, or two, and some time to answer
KEYS = "wwwwwww1wwww52998224725wwww1wwww23051985wwww0"


class Desk:
    """Steps that are known beforehand."""

    async def run(
        self, step: str, slots: Mapping[str, object]
    ) -> tuple[str, Mapping[str, object]]:
        answers = {"identify": "confirmed", "find_matter": "debt"}
        return answers[step], {"name": "Ana"}


class Centre:
    """What answers at our number."""

    def __init__(self) -> None:
        self.call = uuid4()
        self.held: asyncio.Future[Held] = asyncio.get_running_loop().create_future()
        self.begun = asyncio.Event()

    async def inbound(self, channel: AgiChannel) -> None:
        await channel.set_variable("ACORDO_TALK", str(self.call))
        await channel.set_variable("ACORDO_NEXT", "talk")

    async def talked(self, channel: AgiChannel) -> None:
        await channel.set_variable("ACORDO_NEXT", "agent")

    async def talks(self, call: UUID, channel: AudioSocketChannel) -> None:
        assert call == self.call
        self.begun.set()
        means = Means(
            sound=self._sound,
            recogniser=ScriptedRecogniser([]),
            steps=Desk(),
            intents=intents(),
            activity=VoiceActivity,
            today=date(2026, 3, 10),
        )
        held = await hold(shipped("receptive"), channel, means, {"protocol": "1"})
        self.held.set_result(held)

    async def _sound(self, prompt: str, slots: Mapping[str, object]) -> Samples:
        return tone((float(PROMPT_HZ),), PROMPT_S)

    @asynccontextmanager
    async def serving(self, switch: RealSwitch) -> AsyncIterator[None]:
        agi, where = switch.settings.agi, switch.settings.hearing
        scripts = {"inbound": self.inbound, "talked": self.talked}
        async with (
            AgiServer(scripts, 5).serving(agi.host, agi.port),
            TalkServer(self.talks, 5).serving(where.host, where.port),
        ):
            yield


async def test_a_conversation_by_keys_is_held_recorded_and_handed_to_the_floor(
    real_switch: RealSwitch, telephony: AmiTelephony
) -> None:
    centre = Centre()
    async with centre.serving(real_switch), hearing(telephony) as heard:
        caller = await a_caller(real_switch, heard, presses=KEYS)
        async with asyncio.timeout(PATIENCE_S):
            held = await centre.held
        assert (held.outcome, held.hands_over) == ("person", True)
        assert [(turn.state, turn.hypothesis) for turn in held.turns] == [
            ("purpose", "1"), ("cpf", "***"), ("cpf_read", "1"), ("birth", "***"),
            ("reason", "0"),
        ]  # fmt: skip
        await heard.said("inbound", caller)  # the floor is told
        await telephony.hang_up(caller)
        await heard.first(HungUp, caller)
    said, listened_to = stereo(real_switch.home.recordings_clear / f"{caller}.raw")
    assert len(said) == len(listened_to)
    assert timeline(listened_to, PROMPT_HZ).count("t") >= 10  # six prompts of 0.4 s
    assert np.any(said != 0)


async def test_who_dies_in_mid_conversation_leaves_the_caller_to_the_floor(
    real_switch: RealSwitch, telephony: AmiTelephony
) -> None:
    """The connection is cut, and nobody answers any more."""
    centre = Centre()

    async def dies(_call: UUID, channel: AudioSocketChannel) -> None:
        async for _ in channel.heard():
            return

    agi, where = real_switch.settings.agi, real_switch.settings.hearing
    async with hearing(telephony) as heard:
        async with (
            AgiServer({"inbound": centre.inbound}, 5).serving(agi.host, agi.port),
            TalkServer(dies, 5).serving(where.host, where.port),
        ):
            caller = await a_caller(real_switch, heard)
            told = await heard.said("inbound", caller)
        await telephony.hang_up(caller)
        await heard.first(HungUp, caller)
    assert told.fields["Attempt"] == caller


async def test_who_is_taken_from_the_conversation_comes_to_the_floor(
    real_switch: RealSwitch, telephony: AmiTelephony
) -> None:
    centre = Centre()
    async with centre.serving(real_switch), hearing(telephony) as heard:
        caller = await a_caller(real_switch, heard)
        async with asyncio.timeout(PATIENCE_S):
            await centre.begun.wait()
        await telephony.take(caller)
        told = await heard.said("inbound", caller)
        async with asyncio.timeout(PATIENCE_S):
            held = await centre.held
        await telephony.hang_up(caller)
        await heard.first(HungUp, caller)
    assert told.fields["Attempt"] == caller
    assert (held.outcome, held.hands_over) == ("hung_up", False)  # its sound was cut

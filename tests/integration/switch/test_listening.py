"""Who answered, on the real switch: heard beside the call, which goes on as without it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import numpy as np

from dialer.adapters.ami.telephony import AmiTelephony
from dialer.calls.events import Answered, Created, HungUp, Ringing, Said
from dialer.ports import Origination
from foundation.ids import uuid7
from tests.real_switch import PATIENCE_S, RealSwitch, eventually, hearing
from tests.sound import tone
from ura.adapters.audiosocket import AudioSocketServer, Samples

ENOUGH_S = 1.0


async def _placed(telephony: AmiTelephony, switch: RealSwitch, what: str) -> str:
    channel = str(uuid7())
    await telephony.originate(
        Origination(
            channel=channel,
            dial=switch.dial(what),
            context="debtor",
            timeout_s=30.0,
            variables={"ACORDO_ATTEMPT": channel, "ACORDO_THRESHOLD_S": "60"},
        )
    )
    return channel


class Ear:
    """Takes the sound of the first call that comes."""

    def __init__(self) -> None:
        self.call: UUID | None = None
        self.sound: list[Samples] = []
        self.enough, self.over = asyncio.Event(), asyncio.Event()

    async def hears(self, call: UUID, sound: AsyncIterator[Samples]) -> None:
        self.call = call
        async for samples in sound:
            self.sound.append(samples)
            if sum(map(len, self.sound)) >= ENOUGH_S * 8000:
                self.enough.set()
        self.over.set()


async def test_what_the_debtor_says_is_heard_and_both_detectors_end_with_him(
    real_switch: RealSwitch, telephony: AmiTelephony
) -> None:
    ear, where = Ear(), real_switch.settings.hearing
    async with (
        hearing(telephony) as heard,
        AudioSocketServer(ear.hears, 5).serving(where.host, where.port),
    ):
        channel = await _placed(telephony, real_switch, "01")
        await heard.first(Answered, channel)
        await telephony.listen(channel)
        async with asyncio.timeout(PATIENCE_S):
            await ear.enough.wait()
        assert str(ear.call) == channel
        assert abs(tone(np.concatenate(ear.sound)[-4000:]) - 440) < 10

        def verdicts() -> list[Said]:
            return [said for said in heard.all(Said) if said.what == "amd"]

        await heard.until(lambda: bool(verdicts()))  # the switch's own detector
        assert verdicts()[0].fields["Attempt"] == channel
        assert {e.channel for e in heard.all(Created)} == {channel}

        await telephony.hang_up(channel)
        await heard.first(HungUp, channel)
        async with asyncio.timeout(PATIENCE_S):
            await ear.over.wait()

        async def nobody() -> bool:
            return not await telephony.channels()

        await eventually(nobody)


async def test_early_media_is_heard_and_the_call_ends_as_it_would_without(
    real_switch: RealSwitch, telephony: AmiTelephony
) -> None:
    """183 with sound, then 404: the same end, and nobody is taken for having answered."""
    ear, where = Ear(), real_switch.settings.hearing
    ends = []
    async with (
        hearing(telephony) as heard,
        AudioSocketServer(ear.hears, 5).serving(where.host, where.port),
    ):
        for listened in (False, True):
            channel = await _placed(telephony, real_switch, "07")
            await heard.first(Ringing, channel)
            if listened:
                await telephony.listen(channel)
            ends.append(await heard.first(HungUp, channel))
            assert not heard.all(Answered, channel)
        async with asyncio.timeout(PATIENCE_S):
            await ear.over.wait()
    assert abs(tone(np.concatenate(ear.sound)[4000:8000]) - 950) < 10
    plain, spied = ends
    assert (plain.cause, plain.sip_code) == (spied.cause, spied.sip_code) == (1, 404)


async def test_nobody_who_hears_costs_the_call_nothing(
    real_switch: RealSwitch, telephony: AmiTelephony
) -> None:
    async with hearing(telephony) as heard:
        channel = await _placed(telephony, real_switch, "01")
        await heard.first(Answered, channel)
        await telephony.listen(channel)  # the URA is not there
        await heard.until(lambda: any(s.what == "amd" for s in heard.all(Said)))
        live = {c.channel for c in await telephony.channels()}
        assert channel in live
        assert not heard.all(HungUp, channel)


async def test_listening_to_a_channel_that_is_gone_is_no_error(
    real_switch: RealSwitch, telephony: AmiTelephony
) -> None:
    async with hearing(telephony) as heard:
        await telephony.listen(str(uuid7()))

        async def nobody() -> bool:
            return not await telephony.channels()

        await eventually(nobody)
        assert (heard.failure, heard.all(Said)) == (None, [])  # no verdict on nobody

"""What a caller meets, for each answer of the voice conversation and for none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from dialer.adapters.ami.telephony import AmiTelephony
from dialer.calls.events import Answered, HungUp, Joined, Said
from dialer.ports import Origination, SwitchRefused
from dialer.shell import line
from foundation.ids import uuid7
from tests.integration.switch.callers import OUR_NUMBER, a_caller
from tests.real_switch import Heard, RealSwitch, eventually, hearing


@asynccontextmanager
async def _conversation(port: int, decides: str) -> AsyncIterator[list[str]]:
    """A FastAGI server that says at once what comes next; yields what it was asked."""
    asked: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (line := await reader.readline()).strip():
            asked.append(line.decode().strip())
        writer.write(f"SET VARIABLE ACORDO_NEXT {decides}\n".encode())
        await reader.readline()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    async with server:
        yield asked


async def test_a_caller_is_sent_to_the_floor_and_joined(
    real_switch: RealSwitch, telephony: AmiTelephony
) -> None:
    async with (
        _conversation(real_switch.settings.agi.port, "agent") as asked,
        hearing(telephony) as heard,
    ):
        caller = await a_caller(real_switch, heard)
        inbound = await heard.said("inbound", caller)
        assert inbound.fields == {
            "Attempt": caller,
            "Number": "5511900100199",  # digits only: a comma would begin a header
            "Called": OUR_NUMBER,
        }
        assert f"agi_uniqueid: {caller}" in asked
        assert "agi_network_script: inbound" in asked
        leg = str(uuid7())
        await telephony.originate(
            Origination(
                channel=leg,
                dial="PJSIP/agent001",
                context="agent",
                extension="nail",
                timeout_s=8.0,
            )
        )
        await heard.said("agent_ready", leg)
        await telephony.bridge(caller, leg)
        await heard.first(Joined, caller)
        await telephony.hang_up(caller)
        await heard.first(HungUp, caller)
        await telephony.hang_up(leg)
        assert not [said for said in heard.all(Said, caller) if said.what != "inbound"]
    recording = real_switch.home.recordings_clear / f"{caller}.raw"

    async def written() -> bool:  # the switch writes it out in its own time
        return recording.stat().st_size > 0

    await eventually(written)
    assert await written()


async def test_a_caller_hears_the_place_and_wait_that_he_was_told(
    real_switch: RealSwitch, telephony: AmiTelephony
) -> None:
    words = {line.POSITION: "2", line.WAIT: "5"}
    said = "queue_position_2!"

    async def hears_it() -> bool:
        return said in real_switch.main.cli("core show channels concise")

    async with (
        _conversation(real_switch.settings.agi.port, "agent"),
        hearing(telephony) as heard,
    ):
        caller = await a_caller(real_switch, heard)
        await heard.said("inbound", caller)
        await telephony.tell(caller, words)
        await eventually(hears_it, within_s=15)
        with pytest.raises(SwitchRefused):
            await telephony.tell("gone", words)
        await telephony.hang_up(caller)
        await heard.first(HungUp, caller)


async def _waits(
    real_switch: RealSwitch, telephony: AmiTelephony, heard: Heard, keeps: str
) -> str:
    """Somebody who waits with music, and types what he is told to."""
    caller = await a_caller(real_switch, heard, who="s@told")
    await heard.said("inbound", caller)
    await telephony.tell(caller, {line.KEEPS: keeps})

    async def hears_music() -> bool:
        return "WaitExten" in real_switch.main.cli("core show channels concise")

    await eventually(hears_music)
    return caller


async def test_a_caller_who_keeps_his_place_is_told_so_once_it_is_written(
    real_switch: RealSwitch, telephony: AmiTelephony
) -> None:
    port = real_switch.settings.agi.port
    async with hearing(telephony) as heard:
        async with _conversation(port, "agent"):
            caller = await _waits(real_switch, telephony, heard, "1")
        async with _conversation(port, "kept") as asked:
            real_switch.far.cli("dialplan set global SAYS 51")  # 5 means nothing
            await heard.said("keeps_place", caller)
            ended = await heard.first(HungUp, caller)
        assert "agi_network_script: keeps" in asked
        assert ended.cause == 16
        words = [said.what for said in heard.all(Said, caller)]
        assert words == ["inbound", "keeps_place"]


async def test_a_place_that_cannot_be_written_is_waited_for_on_the_line(
    real_switch: RealSwitch, telephony: AmiTelephony
) -> None:
    async with hearing(telephony) as heard:
        async with _conversation(real_switch.settings.agi.port, "agent"):
            caller = await _waits(real_switch, telephony, heard, "1")
        real_switch.far.cli("dialplan set global SAYS 1")  # and the URA is not there
        await heard.said("waits_on", caller)
        await telephony.hang_up(caller)
        await heard.first(HungUp, caller)
        words = [said.what for said in heard.all(Said, caller)]
        assert words == ["inbound", "keeps_place", "waits_on"]


@pytest.mark.parametrize("decides", ["closed", "nonsense"])
async def test_a_caller_whom_nobody_takes_hears_why_and_is_released(
    real_switch: RealSwitch, telephony: AmiTelephony, decides: str
) -> None:
    async with (
        _conversation(real_switch.settings.agi.port, decides),
        hearing(telephony) as heard,
    ):
        caller = await a_caller(real_switch, heard)
        assert 6 < await _until_released(heard, caller) < 30


async def test_a_caller_is_released_when_the_conversation_is_dead(
    real_switch: RealSwitch, telephony: AmiTelephony
) -> None:
    async with hearing(telephony) as heard:
        caller = await a_caller(real_switch, heard)
        assert 6 < await _until_released(heard, caller) < 30


async def _until_released(heard: Heard, caller: str) -> float:
    """Seconds from the answer to our hanging up; the shortest message takes 6.5."""
    answered = await heard.first(Answered, caller)
    ended = await heard.first(HungUp, caller)
    assert ended.cause == 16
    assert heard.all(Said, caller) == []
    return (ended.at - answered.at).total_seconds()

"""The voice conversation takes a call and freezes: the switch goes on without it.

The real process, stopped with SIGSTOP: it still accepts connections, as the kernel does
that for it, and never says a word.
"""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator

import pytest_asyncio

from dialer.adapters.ami.telephony import AmiTelephony
from dialer.calls.events import Answered, HungUp, Said
from tests.builders.processes import Processes, Started
from tests.integration.switch.callers import a_caller
from tests.raw_ami import RawAmi, raw_ami
from tests.real_switch import RealSwitch, eventually, hearing
from tests.sound import RATE, is_loud, sounds_from_s, stereo
from ura.adapters.fastagi import SILENCE_S, seconds_of

SLACK_S = 10.0  # the switch's own, on a busy machine; without a limit it is an hour


@pytest_asyncio.fixture
async def ura(processes: Processes, real_switch: RealSwitch) -> Started:
    agi = str(real_switch.settings.agi.port)
    tuesday = "2026-03-10T10:00"
    return await processes.serving("ura", ACORDO_AGI__PORT=agi, ACORDO_CLOCK__START=tuesday)


@pytest_asyncio.fixture
async def ami(real_switch: RealSwitch) -> AsyncIterator[RawAmi]:
    port = real_switch.settings.ami.port
    async with raw_ami(port, "dialer", real_switch.secret) as session:
        yield session


async def test_a_caller_of_a_frozen_conversation_hears_the_message_within_seconds(
    real_switch: RealSwitch, telephony: AmiTelephony, ura: Started
) -> None:
    ura.process.send_signal(signal.SIGSTOP)
    async with hearing(telephony) as heard:
        caller = await a_caller(real_switch, heard)
        answered = await heard.first(Answered, caller)
        ended = await heard.first(HungUp, caller)
    lasted_s = (ended.at - answered.at).total_seconds()
    message_s = seconds_of("inbound_no_agent")
    assert SILENCE_S + message_s - 1 < lasted_s < SILENCE_S + message_s + SLACK_S
    assert ended.cause == 16
    _, ear = sorted(stereo(real_switch.heard / "caller.raw"), key=sounds_from_s)
    assert SILENCE_S - 1 < sounds_from_s(ear) < SILENCE_S + SLACK_S
    assert is_loud(ear[-4 * RATE :])


async def test_who_was_already_sent_to_an_agent_goes_to_the_floor(
    real_switch: RealSwitch, telephony: AmiTelephony, ura: Started, ami: RawAmi
) -> None:
    async with hearing(telephony) as heard:
        caller = await a_caller(real_switch, heard)

        async def is_decided() -> bool:
            answer = await ami.ask("Getvar", Channel=caller, Variable="ACORDO_NEXT")
            return answer.get("Value") == "agent"

        await eventually(is_decided, within_s=SILENCE_S)
        ura.process.send_signal(signal.SIGSTOP)  # in the middle of its greeting
        answered = await heard.first(Answered, caller)
        inbound = await heard.said("inbound", caller)
        waited_s = (inbound.at - answered.at).total_seconds()
        assert waited_s < seconds_of("inbound_welcome") + SILENCE_S + SLACK_S
        await telephony.hang_up(caller)
        await heard.first(HungUp, caller)


async def test_nobody_waits_for_it_when_the_caller_hangs_up(
    real_switch: RealSwitch, telephony: AmiTelephony, ura: Started
) -> None:
    ura.process.send_signal(signal.SIGSTOP)
    async with hearing(telephony) as heard:
        caller = await a_caller(real_switch, heard)
        real_switch.far.cli("channel request hangup all")
        ended = await heard.first(HungUp, caller)
        answered = await heard.first(Answered, caller)
        assert (ended.at - answered.at).total_seconds() < SILENCE_S
        assert await telephony.channels() == []


async def test_it_serves_again_once_it_moves_again(
    real_switch: RealSwitch, telephony: AmiTelephony, ura: Started
) -> None:
    ura.process.send_signal(signal.SIGSTOP)
    async with hearing(telephony) as heard:
        forsaken = await a_caller(real_switch, heard)
        real_switch.far.cli("channel request hangup all")
        await heard.first(HungUp, forsaken)
        ura.process.send_signal(signal.SIGCONT)
        caller = await a_caller(real_switch, heard)
        await heard.said("inbound", caller)
        assert not heard.all(Said, forsaken)
        await telephony.hang_up(caller)
        await heard.first(HungUp, caller)
    assert "call_failed" not in await ura.stop()

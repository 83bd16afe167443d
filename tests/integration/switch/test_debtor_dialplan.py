"""What a debtor hears when we lead the call, and when nobody does."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialer.adapters.ami.telephony import AmiTelephony
from dialer.adapters.cel import read_cel
from dialer.calls.events import Answered, HungUp, Joined
from dialer.ports import Origination
from foundation.ids import uuid7
from tests.raw_ami import raw_ami
from tests.real_switch import Heard, RealSwitch, eventually, hearing
from tests.sound import RATE, Samples, is_loud, sounds_from_s, stereo, tone


async def _debtor(
    telephony: AmiTelephony, switch: RealSwitch, number: str, **set_: str
) -> str:
    channel = str(uuid7())
    call = Origination(
        channel=channel,
        dial=f"PJSIP/{number}@trunk",
        context="debtor",
        timeout_s=30.0,
        # nobody is hurried: who is to be joined is not sent to the message meanwhile
        variables={"ACORDO_ATTEMPT": channel, "ACORDO_THRESHOLD_S": "60", **set_},
    )
    await telephony.originate(call)
    return channel


async def _leg(telephony: AmiTelephony, heard: Heard) -> str:
    channel = str(uuid7())
    call = Origination(
        channel=channel,
        dial="PJSIP/agent001",
        context="agent",
        extension="nail",
        timeout_s=30.0,
    )
    await telephony.originate(call)
    await heard.said("agent_ready", channel)
    return channel


async def _join(telephony: AmiTelephony, heard: Heard, debtor: str, leg: str) -> None:
    await heard.first(Answered, debtor)
    await telephony.bridge(debtor, leg)
    await heard.first(Joined, debtor)


async def test_silence_is_bounded_with_every_process_of_ours_dead(
    real_switch: RealSwitch,
) -> None:
    number, channel = real_switch.number("01"), str(uuid7())
    port, secret = real_switch.settings.ami.port, real_switch.secret
    async with raw_ami(port, "dialer", secret) as ami:
        await ami.ask(
            "Originate",
            Channel=f"PJSIP/{number}@trunk",
            ChannelId=channel,
            Context="debtor",
            Exten="s",
            Priority="1",
            Async="true",
            Variable=f"ACORDO_ATTEMPT={channel}",
        )
    # nobody of ours is connected any more; only the switch's own record tells
    cel = real_switch.home.cel

    async def has_ended() -> bool:
        calls = read_cel(cel, real_switch.started_at)
        return channel in calls and calls[channel].hung_up

    await eventually(has_ended)
    call = read_cel(cel, real_switch.started_at)[channel]
    assert call.answered_at is not None
    assert call.ended_at is not None
    assert call.cause == 16
    # 2 s of waiting, 8.6 s of message
    assert 10.0 < (call.ended_at - call.answered_at).total_seconds() < 20
    heard = _not_humming(*stereo(real_switch.heard / f"{number}.raw"))
    # the far end's recorder starts a moment after its own answer
    silent_s = sounds_from_s(heard)
    assert 1.5 < silent_s < 6
    begin = int(silent_s * RATE)
    assert is_loud(heard[begin : begin + 6 * RATE])


def _not_humming(left: Samples, right: Samples) -> Samples:
    """The side that does not carry the debtor's own 440 Hz."""
    return right if abs(tone(left[:RATE]) - 440) < 5 else left


async def test_a_recording_has_the_debtor_left_and_what_he_heard_right(
    real_switch: RealSwitch, telephony: AmiTelephony
) -> None:
    async with hearing(telephony) as heard:
        leg = await _leg(telephony, heard)
        debtor = await _debtor(telephony, real_switch, real_switch.number("01"))
        await _join(telephony, heard, debtor, leg)
        recording = real_switch.home.recordings_clear / f"{debtor}.raw"

        async def is_long_enough() -> bool:
            return recording.exists() and recording.stat().st_size > 2 * 32000

        await eventually(is_long_enough)
        await telephony.hang_up(debtor)
        await heard.first(HungUp, debtor)
        await telephony.hang_up(leg)
        await heard.first(HungUp, leg)
    left, right = stereo(recording)
    second = slice(len(left) - RATE, len(left))
    assert tone(left[second]) == pytest.approx(440, abs=3)  # the debtor hums 440 Hz
    assert tone(right[second]) == pytest.approx(1000, abs=3)  # the agent hums 1000 Hz
    assert (
        recording.stat().st_mode & 0o077 == 0 or not recording.parent.stat().st_mode & 0o077
    )


async def test_an_agent_hears_music_then_the_debtor(
    real_switch: RealSwitch, telephony: AmiTelephony
) -> None:
    async with hearing(telephony) as heard:
        before = set(real_switch.heard.glob("agent001-*.raw"))
        leg = await _leg(telephony, heard)

        def new() -> list[Path]:
            return sorted(set(real_switch.heard.glob("agent001-*.raw")) - before)

        async def is_long_enough() -> bool:
            return bool(new()) and new()[0].stat().st_size > enough

        enough = 3 * 32000
        await eventually(is_long_enough)
        debtor = await _debtor(telephony, real_switch, real_switch.number("01"))
        await _join(telephony, heard, debtor, leg)
        (file,) = new()
        joined_at = file.stat().st_size // 4
        enough = joined_at * 4 + 3 * 32000
        await eventually(is_long_enough)
        await telephony.hang_up(debtor)
        await telephony.hang_up(leg)
        await heard.first(HungUp, leg)
    left, right = stereo(file)
    ear = right if abs(tone(left[:RATE]) - 1000) < 5 else left
    assert is_loud(ear[RATE : 2 * RATE])  # comfort music
    assert abs(tone(ear[RATE : 2 * RATE]) - 440) > 5
    assert tone(ear[joined_at + RATE : joined_at + 2 * RATE]) == pytest.approx(440, abs=3)


async def test_a_call_may_not_last_for_ever(
    real_switch: RealSwitch, telephony: AmiTelephony
) -> None:
    async with hearing(telephony) as heard:
        limits = {"ACORDO_MAX_CALL_S": "1"}
        debtor = await _debtor(telephony, real_switch, real_switch.number("01"), **limits)
        answered = await heard.first(Answered, debtor)
        ended = await heard.first(HungUp, debtor)
        assert 0.9 < (ended.at - answered.at).total_seconds() < 20


async def test_a_joined_call_may_not_last_for_ever_either(
    real_switch: RealSwitch, telephony: AmiTelephony
) -> None:
    async with hearing(telephony) as heard:
        leg = await _leg(telephony, heard)
        number = real_switch.number("01")
        debtor = await _debtor(telephony, real_switch, number, ACORDO_MAX_CALL_S="6")
        await _join(telephony, heard, debtor, leg)
        answered = await heard.first(Answered, debtor)
        ended = await heard.first(HungUp, debtor)
        assert 5.9 < (ended.at - answered.at).total_seconds() < 20
        alive = [channel.channel for channel in await telephony.channels()]
        assert alive == [leg]  # the limit is the debtor's, not the shift's
        await telephony.hang_up(leg)
        await heard.first(HungUp, leg)


async def test_who_is_not_to_be_recorded_is_not(
    real_switch: RealSwitch, telephony: AmiTelephony
) -> None:
    async with hearing(telephony) as heard:
        number = real_switch.number("03")
        debtor = await _debtor(telephony, real_switch, number, ACORDO_RECORD="0")
        await heard.first(HungUp, debtor)
    assert not (real_switch.home.recordings_clear / f"{debtor}.raw").exists()


async def test_many_hasty_talks_are_all_recorded_and_leave_nothing_behind(
    real_switch: RealSwitch, telephony: AmiTelephony
) -> None:
    """Joined at once on answer, with a leg that has just come out of a talk."""
    async with hearing(telephony) as heard:
        leg = await _leg(telephony, heard)
        debtors = []
        for _ in range(100):
            number = real_switch.number("01")
            debtors.append(await _debtor(telephony, real_switch, number))
            await heard.first(Answered, debtors[-1])
            await telephony.bridge(debtors[-1], leg)
            await telephony.hang_up(debtors[-1])
            await heard.first(HungUp, debtors[-1])
            heard.events.clear()

        async def is_alone() -> bool:
            return "1 active channel\n" in real_switch.main.cli("core show channels count")

        await eventually(is_alone)
        await telephony.hang_up(leg)
        await heard.first(HungUp, leg)
    recordings = {file.stem for file in real_switch.home.recordings_clear.glob("*.raw")}
    assert recordings >= set(debtors)

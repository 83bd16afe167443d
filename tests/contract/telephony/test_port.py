"""What every `Telephony` promises: the real switch and the scripted one, the same tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest
import pytest_asyncio

from dialer.adapters.scripted import Party, ScriptedTelephony
from dialer.calls.events import (
    Answered,
    ConnectionRestored,
    HungUp,
    Joined,
    Parted,
    Ringing,
    Said,
)
from dialer.ports import (
    BACK_TO_FLOOR,
    HOLD,
    PAYING,
    ROBOT_OVER,
    Origination,
    SwitchRefused,
    Telephony,
)
from dialer.shell.adopting import sent_back
from foundation.ids import uuid7
from tests.real_switch import PHONES, Heard, RealSwitch, eventually, hearing

_PARTIES = {
    "01": Party(answers_s=0.0),
    "02": Party(),
    "03": Party(answers_s=0.0, talks_s=1.0),
    "04": Party(refuses_s=0.3, cause=17, sip_code=486),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A telephony with somebody to call, and what it says."""

    telephony: Telephony
    heard: Heard
    dial: Callable[[str], str]

    async def debtor(self, ending: str, *, timeout_s: float = 30.0, **set_: str) -> str:
        """Call a debtor; `set_` are further variables of his channel."""
        channel = str(uuid7())
        # nobody is hurried: who is to be joined is not sent to the message meanwhile
        patient = {"ACORDO_RECORD": "0", "ACORDO_THRESHOLD_S": "60"}
        variables = {"ACORDO_ATTEMPT": channel, **patient, **set_}
        await self.telephony.originate(
            Origination(
                channel=channel,
                dial=self.dial(ending),
                context="debtor",
                timeout_s=timeout_s,
                variables=variables,
            )
        )
        return channel

    async def leg(self, endpoint: str = "agent001") -> str:
        """Nail up an agent's leg and wait until it is ready."""
        channel = str(uuid7())
        await self.telephony.originate(
            Origination(
                channel=channel,
                dial=f"PJSIP/{endpoint}",
                context="agent",
                extension="nail",
                timeout_s=30.0,
            )
        )
        await self.heard.said("agent_ready", channel)
        return channel

    async def join(self, debtor: str, leg: str) -> None:
        joins = len(self.heard.all(Joined, debtor))
        await self.telephony.bridge(debtor, leg)
        await self.heard.until(lambda: len(self.heard.all(Joined, debtor)) > joins)


@pytest.fixture(params=["real", "scripted"])
def switch(request: pytest.FixtureRequest) -> RealSwitch | None:
    """Asked for outside of the loop, which the switch's own set-up needs for itself."""
    if request.param == "scripted":
        return None
    real: RealSwitch = request.getfixturevalue("real_switch")
    return real


@pytest_asyncio.fixture
async def line(switch: RealSwitch | None) -> AsyncIterator[Line]:
    if switch is not None:
        async with switch.telephony() as telephony, hearing(telephony) as heard:
            yield Line(telephony, heard, switch.dial)
        switch.main.cli("channel request hangup all")
        return

    def script(call: Origination) -> Party:
        number = call.dial.removeprefix("PJSIP/").partition("@")[0]
        return _PARTIES.get(number[-2:] if number.isdigit() else "", _PARTIES["01"])

    async with ScriptedTelephony(script) as scripted, hearing(scripted) as heard:
        for phone in PHONES:
            scripted.register(phone)
        yield Line(scripted, heard, lambda ending: f"PJSIP/5511900000{ending}@trunk")


async def test_the_stream_begins_with_its_restoration(line: Line) -> None:
    assert isinstance(line.heard.events[0], ConnectionRestored)
    assert line.heard.events[0].boot


async def test_an_answered_call_is_told_in_order_and_ends_once(line: Line) -> None:
    debtor = await line.debtor("01")
    answered = await line.heard.first(Answered, debtor)
    assert await line.telephony.hang_up(debtor)
    ended = await line.heard.first(HungUp, debtor)
    story = line.heard.story(debtor)
    assert [name for name in story if name != "Ringing"] == [
        "Created",
        "Answered",
        "HungUp",
    ]
    assert (ended.cause, ended.sip_code) == (16, None)
    assert ended.at > answered.at
    assert answered.at.tzinfo is not None


async def test_who_rings_in_vain_times_out_with_a_sign_of_life(line: Line) -> None:
    debtor = await line.debtor("02", timeout_s=1.0)
    ended = await line.heard.first(HungUp, debtor)
    assert line.heard.story(debtor) == ["Created", "Ringing", "HungUp"]
    assert (ended.cause, ended.sip_code) == (19, 480)  # a code that nobody sent


async def test_a_busy_party_refuses_before_the_end(line: Line) -> None:
    debtor = await line.debtor("04")
    ended = await line.heard.first(HungUp, debtor)
    assert line.heard.story(debtor) == ["Created", "Ringing", "Refused", "HungUp"]
    assert (ended.cause, ended.sip_code) == (17, 486)


async def test_our_own_cancelling_ends_with_our_cause(line: Line) -> None:
    debtor = await line.debtor("02")
    await line.heard.first(Ringing, debtor)
    assert await line.telephony.hang_up(debtor, cause=26)
    ended = await line.heard.first(HungUp, debtor)
    assert (ended.cause, ended.sip_code) == (26, None)


async def test_a_party_that_hangs_up_ends_the_call(line: Line) -> None:
    debtor = await line.debtor("03", ACORDO_THRESHOLD_S="60")
    answered = await line.heard.first(Answered, debtor)
    ended = await line.heard.first(HungUp, debtor)
    assert ended.cause == 16
    assert 0.8 < (ended.at - answered.at).total_seconds() < 30


async def test_a_seat_without_a_phone_is_refused(line: Line) -> None:
    with pytest.raises(SwitchRefused):
        await line.leg("agent003")


async def test_a_value_with_a_line_break_never_leaves(line: Line) -> None:
    call = Origination(
        channel=str(uuid7()),
        dial=line.dial("01"),
        context="debtor",
        timeout_s=5.0,
        caller_id='"x\r\nInjected: yes" <1133330000>',
    )
    with pytest.raises(SwitchRefused):
        await line.telephony.originate(call)
    assert await line.telephony.channels() == []


async def test_a_debtor_and_a_leg_are_joined_and_the_leg_survives(line: Line) -> None:
    leg = await line.leg()
    for _ in range(2):  # the second one proves that the leg waits again
        debtor = await line.debtor("01")
        await line.heard.first(Answered, debtor)
        await line.join(debtor, leg)
        assert line.heard.all(Joined, debtor)[0].peer == leg
        assert line.heard.all(Joined, leg)[-1].peer == debtor
        bridges = {ch.channel: ch.bridge for ch in await line.telephony.channels()}
        assert bridges[debtor] == bridges[leg] is not None
        await line.telephony.hang_up(debtor)
        await line.heard.first(HungUp, debtor)
    await line.heard.until(lambda: len(line.heard.all(Parted, leg)) == 2)

    async def leg_alone() -> bool:  # who hung up is listed a moment after it is told
        return [one.channel for one in await line.telephony.channels()] == [leg]

    await eventually(leg_alone)
    (alive,) = await line.telephony.channels()
    assert (alive.channel, alive.up, alive.bridge) == (leg, True, None)


async def test_a_gone_channel_is_refused_not_awaited(line: Line) -> None:
    leg, gone = await line.leg(), str(uuid7())
    with pytest.raises(SwitchRefused):
        await line.telephony.bridge(gone, leg)
    assert await line.telephony.hang_up(gone) is False


async def test_a_lost_leg_is_refused_and_the_debtor_goes_on(line: Line) -> None:
    leg = await line.leg()
    debtor = await line.debtor("01")
    await line.heard.first(Answered, debtor)
    with pytest.raises(SwitchRefused):
        await line.telephony.bridge(debtor, str(uuid7()))
    await line.join(debtor, leg)
    assert line.heard.all(Joined, debtor)[-1].peer == leg


async def test_calls_joined_as_soon_as_they_answer_are_all_joined(line: Line) -> None:
    """Right after the answer, and with a leg that has just come out of a call."""
    leg = await line.leg()
    for _ in range(20):
        debtor = await line.debtor("01")
        await line.heard.first(Answered, debtor)
        await line.telephony.bridge(debtor, leg)
        await line.telephony.hang_up(debtor)
        await line.heard.first(HungUp, debtor)
        story = line.heard.story(debtor)
        assert [word for word in story if word != "Ringing"] == [
            "Created",
            "Answered",
            "Joined",
            "Parted",
            "HungUp",
        ]
    assert [channel.channel for channel in await line.telephony.channels()] == [leg]


async def test_nobody_joins_so_the_dialplan_takes_over_at_the_threshold(line: Line) -> None:
    debtor = await line.debtor("01", ACORDO_THRESHOLD_S="0.5")
    answered = await line.heard.first(Answered, debtor)
    overflow = await line.heard.said("overflow", debtor)
    assert overflow.fields == {"Attempt": debtor}
    assert 0.4 < (overflow.at - answered.at).total_seconds() < 10
    ended = await line.heard.first(HungUp, debtor)
    assert ended.cause == 16


async def test_a_lost_leg_sends_the_debtor_back_to_another_agent(line: Line) -> None:
    first, second = await line.leg("agent001"), await line.leg("agent002")
    debtor = await line.debtor("01")
    await line.heard.first(Answered, debtor)
    await line.join(debtor, first)
    await line.telephony.hang_up(first)
    back = await line.heard.said("back_to_floor", debtor)
    assert back.fields == {"Attempt": debtor}
    await line.join(debtor, second)
    assert line.heard.all(Joined, debtor)[-1].peer == second
    await line.telephony.hang_up(debtor)
    await line.heard.first(HungUp, debtor)
    words = [said.what for said in line.heard.events if hasattr(said, "what")]
    assert words.count("back_to_floor") == 1


async def test_hold_parts_them_and_a_join_brings_them_back(line: Line) -> None:
    leg = await line.leg()
    debtor = await line.debtor("01")
    await line.heard.first(Answered, debtor)
    await line.join(debtor, leg)
    await line.telephony.hold(debtor)
    held = await line.heard.said("held", debtor)
    assert held.fields == {"Attempt": debtor}
    assert len(line.heard.all(Parted, debtor)) == 1
    listed = {channel.channel: channel for channel in await line.telephony.channels()}
    assert (listed[debtor].bridge, listed[leg].bridge) == (None, None)
    await line.join(debtor, leg)
    assert line.heard.all(Joined, debtor)[-1].peer == leg
    await line.telephony.hang_up(debtor)
    await line.heard.first(HungUp, debtor)
    words = [said.what for said in line.heard.events if hasattr(said, "what")]
    assert "back_to_floor" not in words
    with pytest.raises(SwitchRefused):
        await line.telephony.hold(debtor)


async def test_a_hold_that_is_ended_brings_the_debtor_back_to_the_floor(line: Line) -> None:
    leg = await line.leg()
    debtor = await line.debtor("01")
    await line.heard.first(Answered, debtor)
    await line.join(debtor, leg)
    await line.telephony.hold(debtor)
    await line.heard.said("held", debtor)
    listed = {channel.channel: channel for channel in await line.telephony.channels()}
    assert listed[debtor].context == HOLD
    await line.telephony.end_hold(debtor)
    await line.heard.said("back_to_floor", debtor)
    listed = {channel.channel: channel for channel in await line.telephony.channels()}
    assert listed[debtor].context == BACK_TO_FLOOR
    await line.join(debtor, leg)
    assert line.heard.all(Joined, debtor)[-1].peer == leg
    await line.telephony.hang_up(debtor)
    await line.heard.first(HungUp, debtor)
    with pytest.raises(SwitchRefused):
        await line.telephony.end_hold(debtor)


def words(line: Line, channel: str) -> list[str]:
    return [said.what for said in line.heard.all(Said, channel)]


async def test_without_its_process_the_robot_is_over_at_once(line: Line) -> None:
    leg = await line.leg()
    debtor = await line.debtor("01")
    await line.heard.first(Answered, debtor)
    await line.join(debtor, leg)
    await line.telephony.to_robot(debtor)
    over = await line.heard.said("robot_over", debtor)
    assert over.fields == {"Attempt": debtor}
    assert len(line.heard.all(Parted, debtor)) == 1
    listed = {channel.channel: channel for channel in await line.telephony.channels()}
    assert (listed[debtor].context, listed[debtor].extension) == (PAYING, ROBOT_OVER)
    await line.join(debtor, leg)
    await line.telephony.to_robot(debtor)
    await line.heard.until(lambda: words(line, debtor).count("robot_over") == 2)
    await line.telephony.end_hold(debtor)
    await line.heard.said("back_to_floor", debtor)
    assert "paying" not in words(line, debtor)
    await line.telephony.hang_up(debtor)
    await line.heard.first(HungUp, debtor)
    with pytest.raises(SwitchRefused):
        await line.telephony.to_robot(debtor)


async def test_whom_we_called_waits_for_whoever_is_free_once_taken(
    line: Line,
) -> None:
    leg = await line.leg()
    # where the automatic conversation says that he goes
    debtor = await line.debtor("01", ACORDO_TAKEN="called,waiting,1")
    await line.heard.first(Answered, debtor)
    await line.telephony.take(debtor)
    await line.heard.said("back_to_floor", debtor)
    assert words(line, debtor) == ["taken", "back_to_floor"]
    listed = {channel.channel: channel for channel in await line.telephony.channels()}
    assert sent_back(listed[debtor])
    await line.join(debtor, leg)
    assert line.heard.all(Joined, debtor)[-1].peer == leg
    await line.telephony.hang_up(debtor)
    await line.heard.first(HungUp, debtor)
    with pytest.raises(SwitchRefused):
        await line.telephony.take(debtor)


async def test_seats_with_a_phone_are_listed(line: Line) -> None:
    assert await line.telephony.reachable_endpoints() == set(PHONES)


async def test_live_channels_are_listed_as_they_are(line: Line) -> None:
    leg = await line.leg()
    ringing = await line.debtor("02")
    await line.heard.first(Ringing, ringing)
    listed = {ch.channel: ch for ch in await line.telephony.channels()}
    assert set(listed) == {leg, ringing}
    assert listed[leg].up
    assert listed[leg].context == "agent"
    assert (listed[leg].ringing, listed[ringing].up) == (False, False)
    assert listed[ringing].ringing
    assert listed[leg].seconds < 600

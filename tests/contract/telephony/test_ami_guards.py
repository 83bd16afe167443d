"""What the AMI adapter guards against, each proved on the real Asterisk."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from dialer.adapters.ami.connection import Timing
from dialer.adapters.ami.sanitise import UnsafeValue
from dialer.adapters.ami.telephony import AmiTelephony
from dialer.calls.events import Answered, ConnectionLost, ConnectionRestored, HungUp
from dialer.ports import (
    LoginRefused,
    Origination,
    OutOfOffice,
    SwitchRefused,
    SwitchUnreachable,
)
from foundation.embedded import switch
from foundation.embedded.program import running
from foundation.home import Home
from foundation.ids import uuid7
from sim.faults.ami_proxy import AmiProxy
from tests.real_switch import RealSwitch, eventually, hearing, switch_settings

# a busy machine may keep the switch from answering for a second and more
_QUICK = Timing(action_s=5.0, ping_every_s=0.2, ping_s=5.0, first_retry_s=0.05)


def _call(switch: RealSwitch, ending: str = "01", **variables: str) -> Origination:
    channel = str(uuid7())
    return Origination(
        channel=channel,
        dial=switch.dial(ending),
        context="debtor",
        timeout_s=8.0,
        variables={"ACORDO_ATTEMPT": channel, "ACORDO_RECORD": "0", **variables},
    )


@pytest_asyncio.fixture
async def proxy(real_switch: RealSwitch) -> AsyncIterator[AmiProxy]:
    async with AmiProxy(real_switch.settings.ami.port).serving() as proxy:
        yield proxy
    real_switch.main.cli("channel request hangup all")


async def test_an_originate_is_not_repeated_after_a_cut(
    real_switch: RealSwitch, proxy: AmiProxy
) -> None:
    call = _call(real_switch)
    telephony = real_switch.telephony(port=proxy.port, timing=_QUICK)
    async with telephony, hearing(telephony) as heard:
        proxy.cut_on = b"Action: Originate"
        with pytest.raises(SwitchUnreachable):
            await telephony.originate(call)
        await heard.until(lambda: len(heard.all(ConnectionRestored)) == 2)
        await telephony.channels()  # an answer: whatever is queued before it has been sent
        assert proxy.connections == 2
        assert proxy.sent.count(b"Action: Originate") == 1

        # the switch did get it: the call lives, once, and only a look at the switch tells
        async def is_up() -> bool:
            return any(channel.up for channel in await telephony.channels())

        await eventually(is_up)
        assert [ch.channel for ch in await telephony.channels()] == [call.channel]


async def test_a_name_in_pieces_arrives_whole(
    real_switch: RealSwitch, proxy: AmiProxy
) -> None:
    name = "João Conceição à Brás"
    proxy.in_pieces = True
    telephony = real_switch.telephony(port=proxy.port)
    async with telephony, hearing(telephony) as heard:
        call = _call(real_switch, ACORDO_ATTEMPT=name, ACORDO_THRESHOLD_S="0.1")
        await telephony.originate(call)
        overflow = await heard.said("overflow", call.channel)
        assert overflow.fields["Attempt"] == name
        await telephony.hang_up(call.channel)
        await heard.first(HungUp, call.channel)


async def test_a_value_cannot_become_a_header_or_a_second_variable(
    real_switch: RealSwitch, proxy: AmiProxy
) -> None:
    telephony = real_switch.telephony(port=proxy.port)
    async with telephony, hearing(telephony) as heard:
        for poison in ("a\r\nInjected: yes", "a\nInjected: yes", "a\x00b"):
            with pytest.raises(UnsafeValue):
                await telephony.originate(_call(real_switch, NOTE=poison))
        assert b"Injected" not in proxy.sent
        text = 'Silva, "Zé" (filho), [x] \\ ACORDO_RECORD=1,ACORDO_TALKED=1'
        call = _call(real_switch, NOTE=text)
        await telephony.originate(call)
        await heard.first(Answered, call.channel)
        question = {"Action": "Getvar", "Channel": call.channel, "Variable": "NOTE"}
        (answer,) = await telephony._connection.ask(question)
        assert answer["Value"] == text
        await telephony.hang_up(call.channel)


async def test_a_frozen_switch_is_noticed_and_comes_back(real_switch: RealSwitch) -> None:
    telephony = real_switch.telephony(timing=_QUICK)
    async with telephony, hearing(telephony) as heard:
        os.kill(real_switch.pid, signal.SIGSTOP)
        try:
            lost = await heard.first(ConnectionLost)
            with pytest.raises(SwitchUnreachable):
                await telephony.channels()
        finally:
            os.kill(real_switch.pid, signal.SIGCONT)
        assert "Ping" in lost.why
        await heard.until(lambda: len(heard.all(ConnectionRestored)) == 2)
        first, second = heard.all(ConnectionRestored)
        assert first.boot == second.boot
        assert await telephony.channels() == []


async def test_an_action_has_a_deadline_of_its_own(
    real_switch: RealSwitch, proxy: AmiProxy
) -> None:
    patient = Timing(action_s=0.4, ping_every_s=30.0)
    telephony = real_switch.telephony(port=proxy.port, timing=patient)
    async with telephony, hearing(telephony) as heard:
        proxy.mute = True
        with pytest.raises(SwitchUnreachable, match="CoreShowChannels"):
            await telephony.channels()
        assert heard.all(ConnectionLost) == []


async def test_who_waits_learns_of_the_loss_at_once(
    real_switch: RealSwitch, proxy: AmiProxy
) -> None:
    telephony = real_switch.telephony(port=proxy.port, timing=Timing(action_s=60.0))
    async with telephony, hearing(telephony):
        proxy.mute = True
        waiting = asyncio.create_task(telephony.channels())

        async def was_sent() -> bool:
            return b"CoreShowChannels" in proxy.sent

        await eventually(was_sent)
        proxy.cut()
        async with asyncio.timeout(60):
            with pytest.raises(SwitchUnreachable):
                await waiting


async def test_a_secret_that_the_switch_has_a_moment_later_is_taken(
    real_switch: RealSwitch, proxy: AmiProxy
) -> None:
    ami = real_switch.settings.ami.model_copy(update={"port": proxy.port})
    shown = iter(["changed", "changed"])

    def secret() -> str:
        return next(shown, real_switch.secret)

    async with AmiTelephony(ami, secret, timing=_QUICK) as telephony:
        assert isinstance(await anext(telephony.events()), ConnectionRestored)
        assert await telephony.channels() == []
    assert proxy.connections == 3


async def test_a_password_that_stays_wrong_is_not_tried_for_ever(
    real_switch: RealSwitch, proxy: AmiProxy
) -> None:
    ami = real_switch.settings.ami.model_copy(update={"port": proxy.port})
    at_once = replace(_QUICK, refused_s=0.0)
    async with AmiTelephony(ami, lambda: "wrong", timing=at_once) as telephony:
        with pytest.raises(LoginRefused, match="dialer: Authentication failed"):
            await anext(telephony.events())
        with pytest.raises(SwitchUnreachable, match="login refused"):
            await telephony.channels()
        await asyncio.sleep(10 * _QUICK.first_retry_s)  # time enough for ten more tries
    assert proxy.connections == 1


async def test_one_broken_message_harms_no_other(
    real_switch: RealSwitch, proxy: AmiProxy
) -> None:
    """Two messages that the parser cannot digest, in one segment with good ones."""
    telephony = real_switch.telephony(port=proxy.port)
    async with telephony, hearing(telephony) as heard:
        wire = telephony._connection._session.wire  # type: ignore[union-attr]
        wire.data_received(
            b"Event: Hangup\r\nUniqueid: x\r\nCause: many\r\nTimestamp: 1.0\r\n\r\n"
            b"Event: Newchannel\r\nEvent: Newchannel\r\nUniqueid: x\r\n\r\n"
            b"nonsense\r\n\r\n"
            b"Event: Hangup\r\nUniqueid: y\r\nCause: 16\r\nTimestamp: 1.0\r\n\r\n"
        )
        await heard.first(HungUp, "y")
        call = _call(real_switch)
        await telephony.originate(call)
        await heard.first(Answered, call.channel)
        assert heard.all(ConnectionLost) == []
        await telephony.hang_up(call.channel)


async def test_who_may_not_act_any_more_sends_nothing(real_switch: RealSwitch) -> None:
    leads = True
    telephony = AmiTelephony(
        real_switch.settings.ami, lambda: real_switch.secret, timing=_QUICK,
        may_act=lambda: leads,
    )  # fmt: skip
    async with telephony, hearing(telephony):
        call = _call(real_switch)
        leads = False
        with pytest.raises(OutOfOffice):
            await telephony.originate(call)
        leads = True
        assert call.channel not in [one.channel for one in await telephony.channels()]


async def test_a_restarted_switch_has_another_boot(
    fresh_home: Home, asterisk_prefix: Path
) -> None:
    fresh_home.prepare()
    settings = switch_settings(fresh_home.root)
    log = fresh_home.logs / "asterisk.log"
    instance = switch.main_instance(settings, asterisk_prefix)
    telephony = AmiTelephony(settings.ami, lambda: fresh_home.secret("ami"), timing=_QUICK)
    async with telephony:
        with running(instance.program(), log) as process:
            async with hearing(telephony) as heard:
                await _reuse_of_an_id_is_refused(telephony)
                process.kill()
                lost = await heard.first(ConnectionLost)
                assert lost.at >= heard.all(ConnectionRestored)[0].at
        instance = switch.main_instance(settings, asterisk_prefix)
        with running(instance.program(), log):
            async with hearing(telephony) as heard_again:
                (again,) = heard_again.all(ConnectionRestored)
                assert again.boot != heard.all(ConnectionRestored)[0].boot


async def _reuse_of_an_id_is_refused(telephony: AmiTelephony) -> None:
    """On a switch that is killed afterwards: it would wait for the refused channel."""
    call = Origination(
        channel=str(uuid7()),
        dial="PJSIP/5511900100102@trunk",  # nobody there
        context="debtor",
        timeout_s=8.0,
    )
    await telephony.originate(call)
    with pytest.raises(SwitchRefused):
        await telephony.originate(call)
    assert [channel.channel for channel in await telephony.channels()] == [call.channel]

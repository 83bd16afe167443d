"""What the real switch writes of calls that nobody listened to, and how it is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from dialer.adapters.ami.telephony import AmiTelephony
from dialer.adapters.cel import CelCall, read_cel
from dialer.calls.call import Call, advance
from dialer.calls.events import ChannelEvent, HungUp, NetworkOutcome, Ringing
from dialer.ports import Origination
from foundation.call_record import turn_over
from foundation.ids import uuid7
from tests.raw_ami import RawAmi, raw_ami
from tests.real_switch import RealSwitch, eventually, hearing


class Carrier(asyncio.DatagramProtocol):
    """Says one provisional answer to each INVITE, and nothing more; not even that for 0."""

    def __init__(self, code: int) -> None:
        self._code = code

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, source: tuple[str, int]) -> None:
        lines = data.decode().split("\r\n")
        if not self._code or not lines[0].startswith("INVITE"):
            return
        kept = [
            line
            for line in lines
            if line.startswith(("Via:", "From:", "Call-ID:", "CSeq:"))
        ]
        (to,) = [line for line in lines if line.startswith("To:")]
        # a phrase that would be syntax in each place that it could come to
        status = f'SIP/2.0 {self._code} "Toca", ${{UNIQUEID}} ) | "" \\'
        answer = [status, *kept, f"{to};tag=far", "Content-Length: 0", "", ""]
        self._transport.sendto("\r\n".join(answer).encode(), source)


@asynccontextmanager
async def carrier(code: int) -> AsyncIterator[str]:
    """A carrier that says that much; yields how to dial a number there."""
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Carrier(code), local_addr=("127.0.0.1", 0)
    )
    port = transport.get_extra_info("sockname")[1]
    try:
        yield f"PJSIP/trunk/sip:5511900100001@127.0.0.1:{port}"
    finally:
        transport.close()


async def call_unheard(ami: RawAmi, dial: str, timeout_ms: int = 1000) -> str:
    channel = str(uuid7())
    answer = await ami.ask(
        "Originate",
        Channel=dial,
        ChannelId=channel,
        Context="debtor",
        Exten="s",
        Priority="1",
        Async="true",
        Timeout=str(timeout_ms),
        Variable=f"ACORDO_ATTEMPT={channel},ACORDO_RECORD=0",
    )
    assert answer["Response"] == "Success"
    return channel


async def record_of(switch: RealSwitch, channel: str, within_s: float = 60) -> CelCall:
    """What the record says of a call, once it is over."""
    calls: dict[str, CelCall] = {}

    async def is_over() -> bool:
        calls.update(read_cel(switch.home.cel, switch.started_at, {channel}))
        return channel in calls and calls[channel].hung_up

    await eventually(is_over, within_s=within_s)
    return calls[channel]


@pytest.mark.parametrize(
    ("code", "life"),
    [(0, False), (100, False), (180, True), (181, True), (183, True)],
)
async def test_a_ring_in_vain_that_nobody_heard_is_told_from_a_silent_carrier(
    real_switch: RealSwitch, code: int, life: bool
) -> None:
    async with carrier(code) as dial:
        port, secret = real_switch.settings.ami.port, real_switch.secret
        async with raw_ami(port, "dialer", secret) as ami:
            channel = await call_unheard(ami, dial)
        call = await record_of(real_switch, channel)
    assert (call.cause, call.answered_at, call.sip_code) == (19, None, None)
    assert call.sign_of_life is life


@pytest.mark.parametrize(("ending", "cause", "code"), [("04", 17, 486), ("03", 16, None)])
async def test_the_final_answer_is_in_the_record(
    real_switch: RealSwitch, ending: str, cause: int, code: int | None
) -> None:
    port, secret = real_switch.settings.ami.port, real_switch.secret
    async with raw_ami(port, "dialer", secret) as ami:
        channel = await call_unheard(ami, real_switch.dial(ending), 8000)
    call = await record_of(real_switch, channel)
    assert (call.cause, call.sip_code) == (cause, code)


@pytest.mark.parametrize("code", [181, 183])
async def test_whoever_comes_late_is_told_at_the_end_that_the_network_was_there(
    real_switch: RealSwitch, telephony: AmiTelephony, code: int
) -> None:
    """181 has no event of its own, and that of 183 came before we listened."""
    async with carrier(code) as dial, hearing(telephony) as heard:
        channel = str(uuid7())
        call = Origination(channel=channel, dial=dial, context="debtor", timeout_s=1.0)
        await telephony.originate(call)
        ended = await heard.first(HungUp, channel)
        said = await heard.said("sign_of_life", channel)
        late = [said, ended]
        assert heard.all(ChannelEvent, channel)[-2:] == late
        assert outcome_of(channel, late) is NetworkOutcome.NO_ANSWER


async def test_a_ringing_channel_is_listed_as_one(
    real_switch: RealSwitch, telephony: AmiTelephony
) -> None:
    async with carrier(180) as dial, hearing(telephony) as heard:
        channel = str(uuid7())
        call = Origination(channel=channel, dial=dial, context="debtor", timeout_s=9.0)
        await telephony.originate(call)
        await heard.first(Ringing, channel)
        (live,) = await telephony.channels()
        assert (live.channel, live.ringing, live.up) == (channel, True, False)


async def test_a_carrier_silent_for_longer_than_sip_waits_is_silent(
    real_switch: RealSwitch, telephony: AmiTelephony
) -> None:
    """After 32 s the switch makes up a 408, as if the network had said it."""
    async with carrier(0) as dial, hearing(telephony) as heard:
        channel = str(uuid7())
        call = Origination(channel=channel, dial=dial, context="debtor", timeout_s=60.0)
        await telephony.originate(call)
        ended = await heard.first(HungUp, channel, within_s=60)
        assert (ended.cause, ended.sip_code) == (18, 408)
        story = heard.all(ChannelEvent, channel)
        assert outcome_of(channel, story) is NetworkOutcome.CARRIER_SILENT
    record = await record_of(real_switch, channel)
    assert (record.cause, record.sign_of_life, record.sip_code) == (18, False, None)


def outcome_of(channel: str, events: list[ChannelEvent]) -> NetworkOutcome | None:
    call = Call(id=channel)
    for event in events:
        call = advance(call, event)
    return call.outcome


async def test_turning_the_record_over_under_load_loses_no_line(
    real_switch: RealSwitch,
) -> None:
    """The switch is not told; its user may not tell it anything."""
    current, began = real_switch.home.cel, datetime.now(UTC)
    done = asyncio.Event()

    async def turn() -> int:
        parts = 0
        while not done.is_set():
            parts += turn_over(current, part_bytes=1, keep=100_000) is not None
            await asyncio.sleep(0)
        return parts

    turning = asyncio.create_task(turn())
    port, secret = real_switch.settings.ami.port, real_switch.secret
    async with raw_ami(port, "dialer", secret) as ami:
        dials = [real_switch.dial("04") for _ in range(60)]
        channels = {await call_unheard(ami, dial, 8000) for dial in dials}

    async def all_over() -> bool:
        calls = read_cel(current, began, channels)
        return {name for name, call in calls.items() if call.hung_up} == channels

    await eventually(all_over)
    done.set()
    parts = await turning
    assert parts > 20
    for call in read_cel(current, began, channels).values():
        assert call.started_at is not None
        assert (call.cause, call.sip_code) == (17, 486)


@contextmanager
def full_disk(current: Path) -> Iterator[None]:
    """Whatever is written to the record finds no room; what it held is kept."""
    turn_over(current, part_bytes=1)
    current.unlink(missing_ok=True)
    current.symlink_to("/dev/full")
    yield
    current.unlink()


async def test_a_full_disk_costs_the_record_and_not_the_calls(
    real_switch: RealSwitch, telephony: AmiTelephony
) -> None:
    async def busy() -> str:
        channel = str(uuid7())
        dial = real_switch.dial("04")
        call = Origination(channel=channel, dial=dial, context="debtor", timeout_s=8.0)
        await telephony.originate(call)
        assert (await heard.first(HungUp, channel)).cause == 17
        return channel

    async with hearing(telephony) as heard:
        before = await busy()
        await record_of(real_switch, before)
        with full_disk(real_switch.home.cel):
            unwritten = await busy()
            # the record is written after the event; a later call's proves that it was tried
            await busy()
        after = await busy()
    await record_of(real_switch, after)
    calls = read_cel(real_switch.home.cel, real_switch.started_at)
    assert before in calls
    assert unwritten not in calls

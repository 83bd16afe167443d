"""What each answer of a carrier becomes, with SIPp as a carrier that is not ours."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Protocol

import pytest

from dialer.adapters.ami.telephony import AmiTelephony
from dialer.calls.call import Call, advance
from dialer.calls.events import (
    ChannelEvent,
    Created,
    HungUp,
    NetworkOutcome,
    Refused,
    Ringing,
)
from dialer.ports import Origination
from foundation.embedded import tools
from foundation.embedded.program import Program, running
from foundation.ids import uuid7
from foundation.settings import ProcessSettings
from tests.real_switch import Heard, RealSwitch, free_ports, hearing, is_taken

SCENARIOS = Path(__file__).parent / "sipp"

# SIP answer -> Q.850 cause and outcome, as measured on Asterisk 22
FINAL_ANSWERS = [
    (486, 17, NetworkOutcome.BUSY),
    (600, 17, NetworkOutcome.BUSY),
    (480, 19, NetworkOutcome.NO_ANSWER),
    (408, 18, NetworkOutcome.NO_ANSWER),
    (404, 1, NetworkOutcome.INVALID_NUMBER),
    (604, 1, NetworkOutcome.INVALID_NUMBER),
    (410, 22, NetworkOutcome.INVALID_NUMBER),
    (484, 28, NetworkOutcome.INVALID_NUMBER),
    (403, 21, NetworkOutcome.REJECTED),
    (603, 21, NetworkOutcome.REJECTED),
    (487, 127, NetworkOutcome.CONGESTION),
    (488, 58, NetworkOutcome.CONGESTION),
    (500, 38, NetworkOutcome.CONGESTION),
    (503, 34, NetworkOutcome.CONGESTION),
    (504, 102, NetworkOutcome.CONGESTION),
]


class Sipp(Protocol):
    """Starts SIPp with a scenario, once each, and returns its port."""

    def __call__(self, scenario: str, code: int = 0) -> int: ...


@pytest.fixture(scope="session")
def sipp(real_switch: RealSwitch) -> Iterator[Sipp]:
    """SIPp's of this run; each ends with it."""
    command = tools.program("sipp", ProcessSettings(), print)
    ports: dict[str, int] = {}
    with ExitStack() as stack:

        def start(scenario: str, code: int = 0) -> int:
            name = f"{scenario}-{code}"
            if name not in ports:
                (port,) = free_ports(1)
                text = (SCENARIOS / f"{scenario}.xml").read_text("utf-8")
                file = real_switch.home.root / f"{name}.xml"
                file.write_text(text.replace("CODE", str(code)), "utf-8")
                program = _program(command, file, port)
                stack.enter_context(running(program, real_switch.home.logs / name))
                ports[name] = port
            return ports[name]

        yield start


def _program(command: list[str], scenario: Path, port: int) -> Program:
    arguments = ["-sf", str(scenario), "-i", "127.0.0.1", "-p", str(port), "-nostdin"]
    arguments += ["-trace_err", "-error_file", str(scenario.with_suffix(".errors"))]

    return Program(name="sipp", argv=(*command, *arguments), ready=partial(is_taken, port))


async def _call(telephony: AmiTelephony, port: int, number: str, timeout_s: float) -> str:
    channel = str(uuid7())
    await telephony.originate(
        Origination(
            channel=channel,
            dial=f"PJSIP/trunk/sip:{number}@127.0.0.1:{port}",
            context="debtor",
            timeout_s=timeout_s,
        )
    )
    return channel


def _outcome(heard: Heard, channel: str) -> NetworkOutcome | None:
    call = Call(id=channel)
    for event in heard.all(ChannelEvent, channel):
        call = advance(call, event)
    return call.outcome


@pytest.mark.parametrize(("sip_code", "cause", "outcome"), FINAL_ANSWERS)
async def test_a_final_answer_has_its_cause_and_outcome(
    telephony: AmiTelephony,
    sipp: Sipp,
    sip_code: int,
    cause: int,
    outcome: NetworkOutcome,
) -> None:
    async with hearing(telephony) as heard:
        channel = await _call(telephony, sipp("refuses", sip_code), "5511900100001", 8.0)
        ended = await heard.first(HungUp, channel)
        assert (ended.cause, ended.sip_code) == (cause, sip_code)
        assert heard.all(Refused, channel)
        assert not heard.all(Ringing, channel)
        assert _outcome(heard, channel) is outcome


async def test_a_ring_in_vain_is_told_from_a_silent_carrier(
    telephony: AmiTelephony, sipp: Sipp
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
        nobody.bind(("127.0.0.1", 0))
        async with hearing(telephony) as heard:
            rings = await _call(telephony, sipp("rings"), "5511900100001", 1.0)
            silent = await _call(telephony, nobody.getsockname()[1], "5511900100002", 1.0)
            for channel in (rings, silent):
                ended = await heard.first(HungUp, channel)
                assert (ended.cause, ended.sip_code) == (19, 480)  # nobody sent a 480
                assert not heard.all(Refused, channel)
            assert heard.all(Ringing, rings)
            assert not heard.all(Ringing, silent)
            assert _outcome(heard, rings) is NetworkOutcome.NO_ANSWER
            assert _outcome(heard, silent) is NetworkOutcome.CARRIER_SILENT


async def test_cancelling_a_ringing_call_is_ours(
    telephony: AmiTelephony, sipp: Sipp
) -> None:
    async with hearing(telephony) as heard:
        channel = await _call(telephony, sipp("rings"), "5511900100003", 8.0)
        await heard.first(Ringing, channel)
        await telephony.hang_up(channel, cause=26)
        ended = await heard.first(HungUp, channel)
        assert (ended.cause, ended.sip_code) == (26, None)
        assert _outcome(heard, channel) is NetworkOutcome.CANCELLED


async def test_who_redirects_us_chooses_no_number(
    telephony: AmiTelephony, sipp: Sipp
) -> None:
    async with hearing(telephony) as heard:
        channel = await _call(telephony, sipp("redirects"), "5511900100004", 4.0)
        ended = await heard.first(HungUp, channel)
        # The switch gives the call up either after it noted the answer or just before.
        assert (ended.cause, ended.sip_code) in {(23, 302), (0, None)}
        assert _outcome(heard, channel) is NetworkOutcome.CONGESTION
        assert await telephony.channels() == []
        # of the Local channel that led nowhere the dialer is told that it was refused, or
        # nothing; had it led somewhere, the beginning of another line would be heard
        assert {event.channel for event in heard.all(Created)} == {channel}
        others = [e for e in heard.all(ChannelEvent) if e.channel != channel]
        assert [type(event) for event in others] in ([], [Refused])

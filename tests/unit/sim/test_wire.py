"""What crossed the wire: HEP packets, SIP messages, calls, their outcomes."""

from __future__ import annotations

import contextlib
import struct
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.carrier import hep, truth, wire
from sim.carrier.truth_log import TruthLog
from sim.carrier.wire import Calls, WireCall

CALLED = "5511908612345"


def request(
    method: str, *, to_tag: bool = False, extra: str = "", call_id: str = "c1"
) -> str:
    to = f"<sip:{CALLED}@net>" + (";tag=net" if to_tag else "")
    return (
        f"{method} sip:{CALLED}@net:5070 SIP/2.0\r\nVia: SIP/2.0/UDP a\r\n"
        f'From: "A" <sip:+551140040001@switch>;tag=s\r\nTo: {to}\r\nCall-ID: {call_id}\r\n'
        f"CSeq: 1 {method}\r\n{extra}Content-Length: 0\r\n\r\n"
    )


def response(code: int, method: str = "INVITE", call_id: str = "c1") -> str:
    return (
        f"SIP/2.0 {code} Whatever\r\nv: SIP/2.0/UDP a\r\n"
        f"f: <sip:551140040001@switch>;tag=s\r\nt: <sip:{CALLED}@net>;tag=net\r\n"
        f"i: {call_id}\r\nCSeq: 1 {method}\r\n\r\n"
    )


def fold(*messages: tuple[float, bool, str]) -> list[WireCall]:
    """Fold (time, sent by the network, text) into the calls that are over or cut off."""
    calls = Calls()
    found = [calls.add(at, sent, wire.parse(text)) for at, sent, text in messages]
    return [call for call in found if call] + list(calls.cut_off())


def outcome_of(*messages: tuple[float, bool, str]) -> str:
    (call,) = fold((0.0, False, request("INVITE")), (0.01, True, response(100)), *messages)
    return truth.outcome(call)


RING = (0.2, True, response(180))
CANCEL = (9.0, False, request("CANCEL"))
TAKEN_BACK = (
    9.0,
    False,
    request("CANCEL", extra='Reason: SIP;cause=200;text="x"\r\nReason: Q.850;cause=26\r\n'),
)
GONE = (9.1, True, response(487))
ANSWER = (3.0, True, response(200))
BYE = (8.0, True, request("BYE", to_tag=True, extra="Reason: Q.850;cause=16\r\n"))


@pytest.mark.parametrize(
    ("messages", "outcome"),
    [
        ((RING, ANSWER, BYE), "answered"),
        ((ANSWER, BYE), "answered"),  # nobody rang before it
        ((RING, (3.0, True, response(486))), "busy"),
        (((3.0, True, response(600)),), "busy"),
        ((RING, (3.0, True, response(480))), "no_answer"),
        (((3.0, True, response(408)),), "no_answer"),
        ((RING, CANCEL, GONE), "no_answer"),
        (((0.2, True, response(183)), CANCEL, GONE), "no_answer"),
        ((CANCEL, GONE), "carrier_silent"),
        ((RING, TAKEN_BACK, GONE), "cancelled"),
        ((TAKEN_BACK, GONE), "cancelled"),
        ((RING, CANCEL, (9.0, True, response(200)), BYE), "no_answer"),  # they crossed
        (((3.0, True, response(404)),), "invalid_number"),
        (((3.0, True, response(410)),), "invalid_number"),
        (((3.0, True, response(484)),), "invalid_number"),
        (((3.0, True, response(604)),), "invalid_number"),
        (((3.0, True, response(403)),), "rejected"),
        (((3.0, True, response(603)),), "rejected"),
        (((3.0, True, response(503)),), "congestion"),
        (((3.0, True, response(500)),), "congestion"),
        (((3.0, True, response(504)),), "congestion"),
        (((3.0, True, response(488)),), "congestion"),
        (((3.0, True, response(487)),), "congestion"),  # nobody had taken it back
        ((RING,), "switch_lost"),
    ],
)
def test_the_outcome_follows_from_what_crossed(
    messages: tuple[tuple[float, bool, str], ...], outcome: str
) -> None:
    assert outcome_of(*messages) == outcome


def test_a_call_keeps_its_times_and_who_ended_it() -> None:
    (call,) = fold((1.0, False, request("INVITE")), RING, ANSWER, BYE)
    assert call == WireCall(
        call_id="c1",
        direction="to_network",
        called=CALLED,
        caller="551140040001",
        invite_at=1.0,
        ringing_at=0.2,
        ringing_code=180,
        final_at=3.0,
        final_code=200,
        bye_at=8.0,
        ended_by="callee",
        reason=16,
    )


def test_retransmissions_and_stragglers_change_nothing() -> None:
    messages = [
        (0.0, False, request("INVITE")),
        (0.5, False, request("INVITE")),
        RING,
        (0.9, True, response(180)),
        (3.0, True, response(486)),
        (3.5, True, response(486)),
        (3.6, False, request("ACK", to_tag=True)),
        (3.7, False, request("INVITE")),
    ]
    (call,) = fold(*messages)
    assert (call.invite_at, call.ringing_at, call.final_at) == (0.0, 0.2, 3.0)


def test_a_change_within_a_call_is_no_answer_of_its_own() -> None:
    again = (5.0, False, request("INVITE", to_tag=True))
    refused = (5.1, True, response(488))
    (call,) = fold((0.0, False, request("INVITE")), ANSWER, again, refused, BYE)
    assert call.final_code == 200


def test_calls_into_the_switch_are_told_apart() -> None:
    (call,) = fold((0.0, True, request("INVITE")), (1.0, False, response(200)), BYE)
    assert (call.direction, call.ended_by) == ("to_switch", "caller")
    assert truth.seen(iter([call])) == []


def test_what_belongs_to_no_call_is_left_out() -> None:
    assert (
        fold((0.0, False, request("OPTIONS")), (0.1, True, response(200, "OPTIONS"))) == []
    )


@pytest.mark.parametrize(
    "text", ["", "hello", "SIP/2.0 xx\r\n\r\n", "INVITE x SIP/2.0\r\n\r\n"]
)
def test_what_is_no_sip_is_said(text: str) -> None:
    with pytest.raises(wire.NotSip):
        wire.parse(text)


@given(st.text(max_size=300))
def test_no_text_breaks_the_parser_in_another_way(text: str) -> None:
    with contextlib.suppress(wire.NotSip):
        wire.parse("INVITE sip:1@a SIP/2.0\r\nCSeq: 1 INVITE\r\nCall-ID: a\r\n" + text)


def packet(payload: bytes, protocol: int = 1) -> bytes:
    chunks = [
        (7, struct.pack("!H", 5060)),
        (8, struct.pack("!H", 5070)),
        (9, struct.pack("!I", 1_795_000_000)),
        (10, struct.pack("!I", 250_000)),
        (11, bytes([protocol])),
        (15, payload),
    ]
    body = b"".join(
        struct.pack("!HHH", 0, kind, 6 + len(data)) + data for kind, data in chunks
    )
    return b"HEP3" + struct.pack("!H", 6 + len(body)) + body


def test_a_captured_packet_tells_time_and_direction() -> None:
    found = hep.parse(packet(b"INVITE"))
    assert found == hep.Packet(1_795_000_000.25, 5060, 5070, b"INVITE")
    assert hep.parse(packet(b"rtcp", protocol=5)) is None


WHOLE = packet(b"INVITE sip:x")


@given(st.integers(0, len(WHOLE) - 1))
def test_a_cut_packet_is_refused_and_nothing_else(length: int) -> None:
    with pytest.raises(hep.NotHep):
        hep.parse(WHOLE[:length])


@given(st.binary(max_size=80))
def test_no_bytes_break_the_packet_parser(data: bytes) -> None:
    for candidate in (data, b"HEP3" + struct.pack("!H", 6 + len(data)) + data):
        with contextlib.suppress(hep.NotHep):
            hep.parse(candidate)


def test_the_log_reads_back_and_goes_on_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / truth.FILE
    for call_id in ("c1", "c2"):
        with TruthLog(path) as log:
            log.add(1.5, False, request("INVITE", call_id=call_id))
            log.add(2.25, True, response(486, call_id=call_id))
    first, second = truth.read(path)
    assert replace(second, call_id="c1") == first
    assert (first.invite_at, first.final_at, first.final_code) == (1.5, 2.25, 486)
    assert path.read_text().count("call_id,direction") == 1
    assert path.stat().st_mode & 0o777 == 0o600
    assert [seen.outcome for seen in truth.seen(iter([first, second]))] == ["busy", "busy"]


def test_calls_that_last_when_the_log_closes_are_not_lost(tmp_path: Path) -> None:
    with TruthLog(tmp_path / truth.FILE) as log:
        log.add(1.0, False, request("INVITE"))
    (call,) = truth.read(tmp_path / truth.FILE)
    assert truth.outcome(call) == "switch_lost"


def test_a_log_that_was_damaged_is_said(tmp_path: Path) -> None:
    path = tmp_path / truth.FILE
    path.write_text(truth.header() + "c1,to_network,55,55,yesterday\n")
    with pytest.raises(truth.BadTruth):
        list(truth.read(path))

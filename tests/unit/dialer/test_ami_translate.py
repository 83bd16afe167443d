"""AMI messages in our words, byte by byte."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.adapters.ami.protocol import Wire, decode
from dialer.adapters.ami.sanitise import UnsafeValue, assignment, header_value
from dialer.adapters.ami.translate import Translator, live_channels, reachable_seat
from dialer.calls.events import HungUp, Joined, Parted, Said, SwitchEvent

_AT = {"Timestamp": "1795297928.588479"}
_INSTANT = datetime(2026, 11, 21, 21, 52, 8, 588479, tzinfo=UTC)


def _bridge(
    event: str, channel: str, inside: int, technology: str = "simple_bridge"
) -> str:
    return (
        f"Event: {event}\r\nTimestamp: 1.0\r\nBridgeUniqueid: b\r\n"
        f"BridgeTechnology: {technology}\r\nBridgeNumChannels: {inside}\r\n"
        f"Uniqueid: {channel}\r\n\r\n"
    )


def _events(stream: bytes, cuts: tuple[int, ...] = ()) -> list[SwitchEvent]:
    """Feed a stream cut at those places; return what it means."""
    translator = Translator()
    events: list[SwitchEvent] = []
    wire = Wire(lambda message: events.extend(translator.events(message)), print)
    wire.responses = {}
    places = [0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
    for start, end in itertools.pairwise(places):
        wire.data_received(stream[start:end])
    return events


def test_two_in_a_bridge_are_joined_with_each_other() -> None:
    stream = _bridge("BridgeEnter", "leg", 1) + _bridge("BridgeEnter", "debtor", 2)
    leg, debtor = _events(stream.encode())
    assert isinstance(leg, Joined)
    assert isinstance(debtor, Joined)
    assert (leg.channel, leg.peer) == ("leg", "debtor")
    assert (debtor.channel, debtor.peer) == ("debtor", "leg")
    assert leg.at == debtor.at


def test_a_parked_leg_is_joined_with_nobody() -> None:
    stream = "".join(
        _bridge(event, leg, 2, "holding_bridge")
        for event in ("BridgeEnter", "BridgeLeave")
        for leg in ("one", "two")
    )
    assert _events(stream.encode()) == []


def test_who_entered_before_we_listened_is_unknown() -> None:
    (joined,) = _events(_bridge("BridgeEnter", "debtor", 2).encode())
    assert isinstance(joined, Joined)
    assert joined.peer is None
    (parted,) = _events(_bridge("BridgeLeave", "debtor", 1).encode())
    assert isinstance(parted, Parted)


@pytest.mark.parametrize(("code", "meant"), [("486", 486), ("", None), (None, None)])
def test_a_hangup_has_its_cause_and_the_code_if_there_is_one(
    code: str | None, meant: int | None
) -> None:
    message = {"Event": "Hangup", "Uniqueid": "x", "Cause": "17", **_AT}
    if code is not None:
        message["TechCause"] = code
    expected = HungUp(channel="x", at=_INSTANT, cause=17, sip_code=meant)
    assert Translator().events(message) == (expected,)


def test_the_dialplans_words_are_ours_alone() -> None:
    message = {
        "Event": "UserEvent",
        "Uniqueid": "x",
        "CallerIDName": "João",
        "UserEvent": "AcordoBackToFloor",
        "Attempt": "7",
        **_AT,
    }
    (said,) = Translator().events(message)
    assert said == Said(
        channel="x", at=_INSTANT, what="back_to_floor", fields={"Attempt": "7"}
    )
    assert Translator().events({**message, "UserEvent": "DialplanReady"}) == ()


_PRINTABLE = st.text(st.characters(exclude_categories=["Cc", "Cs"]))


@given(_PRINTABLE, st.sets(st.integers(0, 200)))
def test_a_text_survives_any_cutting_of_the_stream(text: str, cuts: set[int]) -> None:
    stream = (
        f"Event: UserEvent\r\nUserEvent: AcordoOverflow\r\nTimestamp: 1.0\r\n"
        f"Uniqueid: x\r\nAttempt: |{text}|\r\n\r\n"
    ).encode()
    (said,) = _events(stream, tuple(cuts))
    assert isinstance(said, Said)
    assert said.fields == {"Attempt": f"|{text}|"}


def test_a_latin_1_line_spoils_no_other() -> None:
    raw = b"Name: Jo\xe3o\r\nOther: " + "Conceição à".encode()
    assert decode(raw) == "Name: João\r\nOther: Conceição à"


@given(st.text())
def test_what_passes_the_sanitiser_is_one_line(text: str) -> None:
    try:
        passed = header_value(text)
    except UnsafeValue:
        return
    assert passed == text
    assert len(f"A: {passed}".splitlines()) == 1
    passed.encode("utf-8")


@pytest.mark.parametrize("name", ["", "A B", "SHELL(id)", "A=B", "1A", "A,B"])
def test_a_variable_has_a_plain_name(name: str) -> None:
    with pytest.raises(UnsafeValue):
        assignment(name, "x")


def test_an_assignment_hides_what_splits_a_list() -> None:
    assert assignment("A", 'a,b "c" (d) [e] \\') == 'A=a\\,b \\"c\\" \\(d\\) \\[e\\] \\\\'


def test_only_seats_that_can_be_called_are_reachable() -> None:
    rows = [
        ("PJSIP/agent001", "NOT_INUSE", "agent001"),
        ("PJSIP/web001", "INUSE", "web001"),
        ("PJSIP/agent002", "UNAVAILABLE", None),
        ("PJSIP/trunk", "NOT_INUSE", None),
        ("Local/agent003", "NOT_INUSE", None),
    ]
    for device, state, seat in rows:
        assert reachable_seat({"Device": device, "State": state}) == seat


def test_a_channel_alone_in_its_bridge_is_in_none() -> None:
    row = {
        "Channel": "PJSIP/agent001-1",
        "ChannelState": "6",
        "Context": "agent",
        "Exten": "nail",
        "Duration": "01:02:03",
    }
    listed = live_channels(
        [
            {**row, "Uniqueid": "parked", "BridgeId": "p"},
            {**row, "Uniqueid": "leg", "BridgeId": "b"},
            {**row, "Uniqueid": "debtor", "BridgeId": "b"},
            {**row, "Uniqueid": "alone", "BridgeId": ""},
            {**row, "Uniqueid": "also", "BridgeId": ""},
        ]
    )
    assert [(ch.channel, ch.bridge) for ch in listed] == [
        ("parked", None),
        ("leg", "b"),
        ("debtor", "b"),
        ("alone", None),
        ("also", None),
    ]
    assert listed[0].seconds == 3723

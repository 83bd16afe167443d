"""AMI messages in our words.

Pure. A message is a mapping of header names to texts; what is not listed below means
nothing to us. A channel that the dialer originated directly (no Dial, no Local) is
the Dest channel of its Dial events. The SIP 480 that Asterisk makes up when its own
timer ends a call is passed on as it is: no DialEnd comes before it, and that tells.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from dialer.calls.events import (
    Answered,
    Created,
    EndpointSeen,
    HungUp,
    Joined,
    Parted,
    Refused,
    Ringing,
    Said,
    SwitchEvent,
)
from dialer.ports import LiveChannel

Message = Mapping[str, str]

SEATS = ("agent", "web")  # endpoints that people sit at; the rest are routes
LISTENS = "Local/"  # how a detector hears a call, see [spy] in the dialplan
PARKED = "holding_bridge"  # where an agent's leg waits, alone with its music
_RINGING = "5"
_UP = "6"
_REGISTERED = "Created"
_GONE = ("Removed", "Unreachable")
_NOT_THERE = ("UNAVAILABLE", "INVALID", "UNKNOWN")
_LIFE = ("RINGING", "PROGRESS", "PROCEEDING")
_WORD = re.compile(r"[A-Z][a-z]*")
_OURS = "Acordo"
# what the switch itself writes into each UserEvent, and panoramisk's own `content`
_COMMON = re.compile(
    r"(?i)event|privilege|timestamp|sequencenumber|systemname|actionid|file|line|func"
    r"|userevent|channel(state(desc)?)?|(callerid|connectedline)(num|name)|language"
    r"|accountcode|context|exten|priority|uniqueid|linkedid|tenantid|content"
)


class Translator:
    """Translates one connection's messages in order.

    It remembers who is alone in which bridge, because AMI tells of one channel at a
    time and a channel is joined only when there are two.
    """

    def __init__(self) -> None:
        self._bridges: dict[str, list[str]] = {}

    def events(self, message: Message) -> tuple[SwitchEvent, ...]:
        """Return what the message means; raises KeyError or ValueError if it is broken."""
        name = message["Event"]
        if name in ("BridgeEnter", "BridgeLeave") and message["BridgeTechnology"] == PARKED:
            return ()
        if name == "BridgeEnter":
            return self._entered(message)
        if name == "BridgeLeave":
            return self._left(message)
        handler = _HANDLERS.get(name)
        event = handler(message) if handler is not None else None
        return () if event is None else (event,)

    def _entered(self, message: Message) -> tuple[SwitchEvent, ...]:
        channel, at, bridge = message["Uniqueid"], _at(message), message["BridgeUniqueid"]
        inside = self._bridges.setdefault(bridge, [])
        others = [other for other in inside if other != channel]
        if not others and message["BridgeNumChannels"] == "1":
            inside[:] = [channel]
            return ()
        inside[:] = [*others, channel]
        peer = others[0] if others else None
        joined = Joined(channel=channel, at=at, peer=peer, bridge=bridge)
        if len(others) != 1:  # a third one, or the first entered before we listened
            return (joined,)
        first = Joined(channel=others[0], at=at, peer=channel, bridge=bridge)
        return (first, joined)

    def _left(self, message: Message) -> tuple[SwitchEvent, ...]:
        channel, bridge = message["Uniqueid"], message["BridgeUniqueid"]
        inside = self._bridges.get(bridge, [])
        if channel in inside:
            inside.remove(channel)
        if not inside or message["BridgeNumChannels"] == "0":
            self._bridges.pop(bridge, None)
        return (Parted(channel=channel, at=_at(message), bridge=bridge),)


def said(message: Message) -> Said | None:
    """`UserEvent: AcordoBackToFloor` becomes `back_to_floor`; others' are not ours."""
    name = message["UserEvent"]
    if not name.startswith(_OURS):
        return None
    words = _WORD.findall(name.removeprefix(_OURS))
    fields = {key: value for key, value in message.items() if not _COMMON.fullmatch(key)}
    return Said(
        channel=message["Uniqueid"],
        at=_at(message),
        what="_".join(words).lower(),
        fields=fields,
    )


def live_channels(rows: Iterable[Message]) -> list[LiveChannel]:
    """The rows of CoreShowChannels; a bridge with one channel in it is a parked leg's.

    Channels that only listen are nobody's line.
    """
    listed = [row for row in rows if not row["Channel"].startswith(LISTENS)]
    inside = Counter(row["BridgeId"] for row in listed)
    return [_live_channel(row, joined=inside[row["BridgeId"]] > 1) for row in listed]


def _live_channel(row: Message, *, joined: bool) -> LiveChannel:
    hours, minutes, seconds = row["Duration"].split(":")
    return LiveChannel(
        channel=row["Uniqueid"],
        name=row["Channel"],
        up=row["ChannelState"] == _UP,
        ringing=row["ChannelState"] == _RINGING,
        bridge=(row["BridgeId"] or None) if joined else None,
        seconds=int(hours) * 3600 + int(minutes) * 60 + int(seconds),
        context=row["Context"],
        extension=row["Exten"],
    )


def reachable_seat(message: Message) -> str | None:
    """The seat of one row of DeviceStateList, if it can be called."""
    technology, _, name = message["Device"].partition("/")
    if technology != "PJSIP" or not name.startswith(SEATS):
        return None
    return None if message["State"] in _NOT_THERE else name


def _at(message: Message) -> datetime:
    return datetime.fromtimestamp(float(message["Timestamp"]), UTC)


def _created(message: Message) -> SwitchEvent:
    return Created(channel=message["Uniqueid"], at=_at(message))


def _new_state(message: Message) -> SwitchEvent | None:
    if message["ChannelState"] != _UP:
        return None
    return Answered(channel=message["Uniqueid"], at=_at(message))


def _dial_state(message: Message) -> SwitchEvent | None:
    if message["DialStatus"] not in _LIFE:
        return None
    return Ringing(channel=message["DestUniqueid"], at=_at(message))


def _dial_end(message: Message) -> SwitchEvent | None:
    if message["DialStatus"] in ("ANSWER", "CANCEL"):
        return None
    return Refused(channel=message["DestUniqueid"], at=_at(message))


def _hung_up(message: Message) -> SwitchEvent:
    code = message.get("TechCause", "")
    return HungUp(
        channel=message["Uniqueid"],
        at=_at(message),
        cause=int(message["Cause"]),
        sip_code=int(code) if code.isdecimal() else None,
    )


def _contact(message: Message) -> SwitchEvent | None:
    endpoint = message["EndpointName"] or message["AOR"]
    if not endpoint.startswith(SEATS):
        return None
    status = message["ContactStatus"]
    return EndpointSeen(
        endpoint=endpoint,
        reachable=status not in _GONE,
        at=_at(message),
        fresh=status == _REGISTERED,
    )


_HANDLERS: dict[str, Callable[[Message], SwitchEvent | None]] = {
    "Newchannel": _created,
    "Newstate": _new_state,
    "DialState": _dial_state,
    "DialEnd": _dial_end,
    "Hangup": _hung_up,
    "UserEvent": said,
    "ContactStatus": _contact,
}

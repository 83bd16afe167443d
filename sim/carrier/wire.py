"""What crossed the wire: SIP messages, folded into calls.

Pure: messages go in with their time, finished calls come out. Nothing here knows of
dialers or of what a trace had planned; it reads requests and responses (RFC 3261), and
the Reason header (RFC 3326) of a CANCEL or BYE.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

_FIRST_FINAL = 200
_RINGING_CODES = range(180, 190)
_REMEMBERED_S = 64.0  # RFC 3261: no retransmission lives longer than 32 s
_COMPACT = {"i": "call-id", "f": "from", "t": "to", "v": "via", "m": "contact"}
_USER = re.compile(r"sips?:([^@;>]*)@")
_Q850 = re.compile(r"Q\.850\s*;\s*cause\s*=\s*(\d+)", re.IGNORECASE)


class NotSip(ValueError):
    """A text is no SIP message."""


@dataclass(frozen=True, slots=True)
class Message:
    """One SIP message: a request (`method`, `uri`) or a response (`code`)."""

    call_id: str
    cseq: int
    method: str  # of the request, or of the request that a response answers
    code: int | None  # None for a request
    uri: str
    caller: str  # user part of From
    in_dialog: bool  # To has a tag
    reason: int | None  # Q.850 cause of a Reason header


@dataclass(frozen=True, slots=True, kw_only=True)
class WireCall:
    """One call, from INVITE to its end. Times are epoch seconds."""

    call_id: str
    direction: str  # to_network: the switch calls; to_switch: somebody calls in
    called: str
    caller: str
    invite_at: float
    ringing_at: float | None = None  # first 18x
    ringing_code: int | None = None
    final_at: float | None = None
    final_code: int | None = None
    cancel_at: float | None = None
    bye_at: float | None = None
    ended_by: str | None = None  # caller | callee; None: cut off without an end
    reason: int | None = None  # Q.850 cause that the ending side gave

    @property
    def answered_at(self) -> float | None:
        answered = self.final_code is not None and self.final_code < 300
        return self.final_at if answered else None

    @property
    def over(self) -> bool:
        refused = self.final_code is not None and self.answered_at is None
        return refused or self.bye_at is not None


def parse(text: str) -> Message:
    """Read the parts of a SIP message that calls are made of; raises NotSip."""
    head = re.split(r"\r?\n\r?\n", text, maxsplit=1)[0]
    first, *lines = re.split(r"\r?\n", head)
    headers = _headers(lines)
    try:
        cseq, method = headers["cseq"].split()
        words = first.split(" ", 2)
        response = words[0] == "SIP/2.0"
        return Message(
            call_id=headers["call-id"],
            cseq=int(cseq),
            method=method,
            code=int(words[1]) if response else None,
            uri="" if response else words[1],
            caller=user_part(headers.get("from", "")),
            in_dialog="tag=" in headers.get("to", ""),
            reason=_cause(headers.get("reason", "")),
        )
    except (KeyError, ValueError, IndexError) as error:
        raise NotSip(first[:80]) from error


def user_part(address: str) -> str:
    """Return the user of a SIP address, without a leading +.

    >>> user_part('"Fulano" <sip:+551133334444@10.0.0.1>;tag=1')
    '551133334444'
    """
    match = _USER.search(address)
    return match.group(1).removeprefix("+") if match else ""


def _headers(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        key = name.strip().lower()
        key = _COMPACT.get(key, key)
        if colon and key in found and key == "reason":
            found[key] += "," + value.strip()
        elif colon:
            found.setdefault(key, value.strip())
    return found


def _cause(reason: str) -> int | None:
    match = _Q850.search(reason)
    return int(match.group(1)) if match else None


@dataclass
class Calls:
    """Folds messages into calls, one per Call-ID."""

    open: dict[str, WireCall] = field(default_factory=dict)
    _over: dict[str, float] = field(default_factory=dict)  # Call-ID: when it ended

    def add(self, at: float, from_network: bool, message: Message) -> WireCall | None:
        """Take one message; return its call when this message ended it."""
        call = self.open.get(message.call_id)
        if call is None:
            self._begin(at, from_network, message)
            return None
        call = _fold(call, at, from_network, message)
        if not call.over:
            self.open[message.call_id] = call
            return None
        del self.open[message.call_id]
        self._over[message.call_id] = at
        return call

    def cut_off(self) -> Iterator[WireCall]:
        """Yield the calls that never ended, and forget them."""
        while self.open:
            yield self.open.popitem()[1]

    def _begin(self, at: float, from_network: bool, message: Message) -> None:
        first = (
            message.code is None and message.method == "INVITE" and not message.in_dialog
        )
        if not first or message.call_id in self._over:
            return  # a straggler of a call that is over, or no call at all
        self._forget(at)
        self.open[message.call_id] = WireCall(
            call_id=message.call_id,
            direction="to_switch" if from_network else "to_network",
            called=user_part(message.uri),
            caller=message.caller,
            invite_at=at,
        )

    def _forget(self, now: float) -> None:
        """Drop the oldest ended Call-IDs; a dict keeps the order in which they ended."""
        for call_id, ended_at in list(self._over.items()):
            if now - ended_at < _REMEMBERED_S:
                break
            del self._over[call_id]


def _fold(call: WireCall, at: float, from_network: bool, message: Message) -> WireCall:
    by_caller = from_network == (call.direction == "to_switch")
    sender = "caller" if by_caller else "callee"
    match message.method, message.code:
        case "INVITE", int(code) if not by_caller and call.final_code is None:
            return _answered(call, at, code)
        case "CANCEL", None if call.cancel_at is None:
            return replace(call, cancel_at=at, ended_by=sender, reason=message.reason)
        case "BYE", None:
            return replace(call, bye_at=at, ended_by=sender, reason=message.reason)
        case _:
            return call


def _answered(call: WireCall, at: float, code: int) -> WireCall:
    if code in _RINGING_CODES and call.ringing_at is None:
        return replace(call, ringing_at=at, ringing_code=code)
    if code < _FIRST_FINAL:
        return call
    return replace(call, final_at=at, final_code=code, ended_by=call.ended_by or "callee")

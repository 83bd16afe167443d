"""Which ends of a call let it go on by another route. Never after an 18x."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dialer.calls.call import Call, CallState, advance
from dialer.calls.events import (
    Answered,
    ChannelEvent,
    Created,
    HungUp,
    NetworkOutcome,
    Refused,
    Ringing,
    Said,
)
from dialer.calls.fail_over import may_go_on

AT = datetime(2026, 3, 10, 13, tzinfo=UTC)


def said(what: str) -> Said:
    return Said(channel="c", at=AT, what=what, fields={})


def hung_up(cause: int, sip_code: int | None = None) -> HungUp:
    return HungUp(channel="c", at=AT + timedelta(seconds=1), cause=cause, sip_code=sip_code)


CREATED = Created(channel="c", at=AT)
RINGING = Ringing(channel="c", at=AT)
REFUSED = Refused(channel="c", at=AT)
FULL = hung_up(34, 503)


def after(*events: ChannelEvent, inbound: bool = False) -> Call:
    call = Call(id="c", inbound=inbound)
    for event in events:
        call = advance(call, event)
    return call


@pytest.mark.parametrize(
    ("events", "ended", "goes_on"),
    [
        ((CREATED, REFUSED), FULL, True),
        (
            (CREATED, REFUSED, said("nothing_heard")),
            hung_up(18, 408),
            True,
        ),  # SIP's own end
        ((CREATED,), hung_up(19, 480), True),  # the time to ring is over, and nothing came
        ((CREATED, REFUSED), hung_up(21, 401), True),  # it does not know our account
        ((CREATED, RINGING, REFUSED), FULL, False),  # 180 or 183, then 503
        ((CREATED, said("sign_of_life")), hung_up(19, 480), False),
        ((CREATED, RINGING), hung_up(19, 480), False),
        ((CREATED, REFUSED), hung_up(18, 408), False),  # the carrier's own 408
        ((CREATED, REFUSED), hung_up(17, 486), False),
        ((CREATED, REFUSED), hung_up(1, 404), False),
        ((CREATED, REFUSED), hung_up(38, 500), False),
        ((CREATED, REFUSED), hung_up(102, 504), False),
        ((CREATED, REFUSED), hung_up(21, 403), False),
        ((CREATED,), hung_up(26), False),  # taken back by us
        ((CREATED, Answered(channel="c", at=AT)), hung_up(16), False),
        ((CREATED, REFUSED, FULL), FULL, False),  # over already
    ],
)
def test_only_a_route_that_reached_nobody_is_left(
    events: tuple[ChannelEvent, ...], ended: HungUp, goes_on: bool
) -> None:
    assert may_go_on(after(*events), ended) is goes_on


def test_who_calls_us_is_sent_nowhere_else() -> None:
    assert not may_go_on(after(CREATED, inbound=True), FULL)


def test_a_call_that_goes_on_is_judged_by_its_last_route_alone() -> None:
    on = after(CREATED, REFUSED, said("rerouted"))
    assert (on.state, on.sign_of_life) == (CallState.COMMITTED, False)
    silent = advance(advance(on, CREATED), hung_up(18, 408))
    assert silent.outcome is NetworkOutcome.CARRIER_SILENT
    rang = advance(advance(advance(on, CREATED), RINGING), hung_up(19, 480))
    assert rang.outcome is NetworkOutcome.NO_ANSWER


def test_an_answered_call_is_not_begun_anew() -> None:
    talking = after(CREATED, Answered(channel="c", at=AT))
    assert advance(talking, said("rerouted")) == talking

"""What happens while a pacer is made is told to it afterwards, once."""

from __future__ import annotations

import asyncio

import pytest

from dialer.pacing import Abandoned, HungUp, Placed, Policy, Resolved
from dialer.shell.audience import Audience, Past

POLICY = Policy(limits=((0.03, 86_400.0),))


async def nothing() -> Past:
    return Past()


async def test_nothing_is_paced_before_the_past_is_known() -> None:
    audience = Audience(POLICY)
    before = audience.pacer
    assert (audience.due, before) == (True, None)
    await audience.make(nothing)
    assert not audience.due
    assert audience.pacer is not before


async def test_what_happens_while_the_past_is_read_is_told_afterwards() -> None:
    audience, read = Audience(POLICY), asyncio.Event()

    async def remember() -> Past:
        await read.wait()
        return Past([Placed(at_s=1.0, call="a")], {"a"})

    making = asyncio.create_task(audience.make(remember))
    await asyncio.sleep(0)
    audience.of_call(HungUp(at_s=0.5, call="a"), "a")  # its stamp is older than the past's
    audience.over("a")
    audience.of_call(Resolved(at_s=2.0, call="stranger", outcome="busy"), "stranger")
    read.set()
    await making
    assert audience.pacer is not None
    assert audience.pacer.budgets[0].humans == 1


async def test_another_policy_gets_a_pacer_of_its_own_that_knows_as_much() -> None:
    audience = Audience(POLICY)
    await audience.make(nothing)
    audience.placed(Placed(at_s=5.0, call="a"))
    audience.of_call(Abandoned(at_s=9.0, call="a"), "a")
    old = audience.pacer
    audience.wanted = Policy(limits=((0.01, 86_400.0),))
    assert audience.due

    async def remember() -> Past:
        placed, lost = Placed(at_s=5.0, call="a"), Abandoned(at_s=9.0, call="a")
        return Past([placed, lost], {"a"})

    await audience.make(remember)
    assert audience.pacer is not None
    assert audience.pacer is not old
    assert audience.pacer.policy.limits[0][0] == 0.01
    assert audience.pacer.budgets[0].abandoned == 1
    audience.of_call(Abandoned(at_s=10.0, call="a"), "a")  # told again: still one
    assert audience.pacer.budgets[0].abandoned == 1


async def test_a_past_that_cannot_be_read_leaves_the_old_pacer_and_is_tried_again() -> None:
    audience = Audience(POLICY)

    async def fails() -> Past:
        raise ConnectionRefusedError

    with pytest.raises(ConnectionRefusedError):
        await audience.make(fails)
    assert audience.due
    assert audience.pacer is None


async def test_a_call_of_long_ago_that_the_pacer_forgot_hurts_nobody() -> None:
    audience = Audience(POLICY)
    await audience.make(lambda: _knows("forgotten"))
    audience.of_call(Abandoned(at_s=1.0, call="forgotten"), "forgotten")
    assert audience.pacer is not None
    assert audience.pacer.budgets[0].abandoned == 0


async def _knows(call: str) -> Past:
    return Past([], {call})

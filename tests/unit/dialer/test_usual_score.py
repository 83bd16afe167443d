"""What counts for calls of which no list told a chance."""

from __future__ import annotations

import asyncio

from dialer.pacing import Placed, Policy
from dialer.pacing.learning import Learning
from dialer.shell.audience import Audience, Past
from dialer.shell.usual_score import UsualScore

POLICY = Policy(limits=((0.03, 86_400.0),))
HEARD = [
    Placed(at_s=float(n), call=str(n), p=p)
    for n, p in enumerate((None, 0.4, 0.1, None, 0.9, 0.25))
]


def test_it_is_the_mean_that_the_pacer_follows() -> None:
    learning = Learning(POLICY)
    usual = UsualScore(HEARD)
    for event in HEARD:
        learning.observe(event)
    assert usual.value == learning.score
    assert learning.weight_of(None) == learning.weight_of(usual.value)


def test_what_is_unknown_counts_as_the_usual_and_never_as_nothing() -> None:
    assert UsualScore().instead_of_unknown((None, None)) == ()
    assert UsualScore().instead_of_unknown((None, 0.2, 0.4)) == ((0.2 + 0.4) / 2, 0.2, 0.4)
    usual = UsualScore(HEARD[:2])
    assert usual.instead_of_unknown((0.1, None)) == (0.1, 0.4)
    assert usual.instead_of_unknown(()) == ()


async def test_a_pacer_made_anew_has_the_usual_score_of_its_past() -> None:
    audience = Audience(POLICY, scored=True)
    await audience.make(nothing)
    assert mean_of(audience) is None
    audience.placed(Placed(at_s=9.0, call="z", p=0.7))
    assert mean_of(audience) == 0.7
    audience.wanted = Policy(limits=((0.01, 86_400.0),))
    await audience.make(remember)
    assert mean_of(audience) == UsualScore(HEARD).value


async def test_to_hear_scores_takes_a_pacer_that_has_heard_them_all_along() -> None:
    """Until it is there the old one hears none: its level of answers is one without."""
    audience = Audience(POLICY)
    await audience.make(nothing)
    old = audience.pacer
    audience.scored = True
    assert is_due(audience)
    read = asyncio.Event()

    async def slowly() -> Past:
        await read.wait()
        return await remember()

    making = asyncio.create_task(audience.make(slowly))
    await asyncio.sleep(0)
    audience.placed(Placed(at_s=90.0, call="z", p=0.7))
    assert old is not None
    assert (audience.usual_score, old._learnt.score) == (None, None)
    read.set()
    await making
    assert audience.pacer is not old
    assert not is_due(audience)
    assert mean_of(audience) == UsualScore([*HEARD, Placed(at_s=0, call="z", p=0.7)]).value
    audience.scored = False
    assert is_due(audience)


async def nothing() -> Past:
    return Past()


async def remember() -> Past:
    return Past(list(HEARD), set())


def mean_of(audience: Audience) -> float | None:
    assert audience.usual_score is not None
    return audience.usual_score.value


def is_due(audience: Audience) -> bool:
    """Asked anew each time."""
    return audience.due

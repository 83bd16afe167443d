"""Which of the floor's agents each campaign may reckon with. Pure.

Agents serve whoever waits; sharing is only for pacing, so that two campaigns do not both
dial for the same agent. Campaigns of the highest priority reckon with as many agents as
they have work for; what they leave goes to the next priority. Equals share alike. Within
its number a campaign keeps who works for it already, then gets who is idle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """`work`: the most agents that a campaign could keep busy: its calls and leads left."""

    campaign: UUID
    priority: int
    work: int
    ringing: int = 0  # calls on their way to an agent


@dataclass(slots=True)
class Share:
    """Agents of one campaign, by endpoint."""

    idle: list[str] = field(default_factory=list)
    busy: list[str] = field(default_factory=list)


def numbers(claims: Sequence[Claim], agents: int) -> dict[UUID, int]:
    """Return how many agents each campaign may reckon with.

    >>> a, b, c = UUID(int=1), UUID(int=2), UUID(int=3)
    >>> first = Claim(campaign=a, priority=2, work=4)
    >>> others = [Claim(campaign=x, priority=1, work=w) for x, w in ((b, 9), (c, 2))]
    >>> numbers([*others, first], 11) == {a: 4, b: 5, c: 2}
    True
    """
    left = agents
    given: dict[UUID, int] = {}
    ranked = sorted(claims, key=lambda claim: -claim.priority)
    for _, tier in groupby(ranked, key=lambda claim: claim.priority):
        given |= _alike(list(tier), left)
        left = agents - sum(given.values())
    return given


def _alike(tier: Sequence[Claim], agents: int) -> dict[UUID, int]:
    """Equal parts; what one has no work for goes to the others.

    A remainder goes to who rings for it already, else to who comes first in `tier`: one
    agent is not dialled for twice, and a turn among equals is a turn at the remainder.
    """
    given = dict.fromkeys((claim.campaign for claim in tier), 0)
    left = agents
    wanting = [claim for claim in tier if claim.work > 0]
    while left >= len(wanting) > 0:
        part = left // len(wanting)
        for claim in wanting:
            more = min(part, claim.work - given[claim.campaign])
            given[claim.campaign] += more
            left -= more
        wanting = [claim for claim in wanting if claim.work > given[claim.campaign]]
    for claim in sorted(wanting, key=lambda claim: -claim.ringing)[:left]:
        given[claim.campaign] += 1
    return given


def shares(
    claims: Sequence[Claim], idle: Sequence[str], busy: Mapping[str, UUID | None]
) -> dict[UUID, Share]:
    """Deal out agents; `busy` names the campaign of whose call each has in hand.

    >>> one, two = UUID(int=1), UUID(int=2)
    >>> claims = [Claim(campaign=c, priority=1, work=9) for c in (one, two)]
    >>> dealt = shares(claims, ["a", "b"], {"c": one, "d": one})
    >>> dealt[one], dealt[two]
    (Share(idle=[], busy=['c', 'd']), Share(idle=['a', 'b'], busy=[]))
    """
    wanted = numbers(claims, len(idle) + len(busy))
    dealt = {claim.campaign: Share() for claim in claims}
    others: list[str] = []
    for agent, campaign in busy.items():
        share = dealt.get(campaign) if campaign is not None else None
        if (
            campaign is not None
            and share is not None
            and len(share.busy) < wanted[campaign]
        ):
            share.busy.append(agent)
        else:
            others.append(agent)
    free = list(idle)
    for campaign, share in dealt.items():
        lacks = wanted[campaign] - len(share.busy)
        share.idle, free = free[:lacks], free[lacks:]
        lacks -= len(share.idle)
        share.busy += others[:lacks]
        others = others[lacks:]
    return dealt

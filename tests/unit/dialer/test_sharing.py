"""Agents are shared between campaigns: by priority, among equals alike, none twice."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from dialer.shell.sharing import Claim, numbers, shares

ONE, TWO, THREE = (UUID(int=n) for n in (1, 2, 3))


def claim(campaign: UUID, priority: int = 0, work: int = 1000) -> Claim:
    return Claim(campaign=campaign, priority=priority, work=work)


def test_the_higher_priority_takes_all_that_it_has_work_for() -> None:
    claims = [claim(ONE, priority=1), claim(TWO, priority=9)]
    assert numbers(claims, 12) == {TWO: 12, ONE: 0}


def test_what_it_has_no_work_for_goes_to_the_next() -> None:
    claims = [claim(ONE, priority=1), claim(TWO, priority=9, work=5)]
    assert numbers(claims, 12) == {TWO: 5, ONE: 7}


def test_equals_share_alike_and_take_over_what_one_cannot_use() -> None:
    assert sorted(numbers([claim(ONE), claim(TWO), claim(THREE)], 11).values()) == [3, 4, 4]
    assert numbers([claim(ONE, work=1), claim(TWO)], 12) == {ONE: 1, TWO: 11}


def test_one_agent_of_two_campaigns_stays_with_the_one_that_rings_for_him() -> None:
    rings = Claim(campaign=TWO, priority=0, work=9, ringing=1)
    assert numbers([claim(ONE), rings], 1) == {ONE: 0, TWO: 1}
    assert numbers([claim(ONE), claim(TWO)], 1) == {ONE: 1, TWO: 0}
    assert numbers([claim(TWO), claim(ONE)], 1) == {ONE: 0, TWO: 1}


def test_a_campaign_keeps_whom_it_has_and_gets_idle_ones_before_other_peoples() -> None:
    dealt = shares([claim(ONE), claim(TWO)], ["x", "y"], {"a": ONE, "b": TWO, "c": None})
    assert "a" in dealt[ONE].busy
    assert "b" in dealt[TWO].busy
    assert len(dealt[ONE].idle) == 2 or "c" in dealt[ONE].busy


def test_agents_of_a_campaign_that_ended_are_dealt_again() -> None:
    dealt = shares([claim(ONE)], [], {"a": TWO, "b": ONE})
    assert sorted(dealt[ONE].busy) == ["a", "b"]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 30)), max_size=5),
    st.integers(0, 20),
    st.lists(st.integers(0, 6), max_size=20),
)
def test_nobody_is_dealt_twice_and_nobody_who_is_needed_is_left(
    wishes: list[tuple[int, int]], idle: int, talks_for: list[int]
) -> None:
    claims = [claim(UUID(int=n), p, work) for n, (p, work) in enumerate(wishes)]
    busy: dict[str, UUID | None] = {
        f"b{n}": UUID(int=campaign) for n, campaign in enumerate(talks_for)
    }
    dealt = shares(claims, [f"i{n}" for n in range(idle)], busy)
    given_out = [agent for share in dealt.values() for agent in share.idle + share.busy]
    assert len(given_out) == len(set(given_out))
    assert len(given_out) == min(idle + len(busy), sum(work for _, work in wishes))
    for one in claims:
        assert len(dealt[one.campaign].idle + dealt[one.campaign].busy) <= one.work

"""What is known of the next seconds changes the number of calls."""

from __future__ import annotations

import pytest

from dialer.pacing import (
    Answered,
    Connected,
    InboundArrived,
    Pacer,
    Placed,
    Policy,
    Resolved,
    Snapshot,
    TalkEnded,
    WrapEnded,
)

NOW_S = 3000.0
TALKING = {f"a{n:02d}": NOW_S - 4.0 * n for n in range(40)}


def experienced(**settings: object) -> Pacer:
    """Has seen a hundred calls, of which every fourth was a talk of two minutes."""
    limits = ((0.03, 4 * 3600.0),)
    pacer = Pacer(Policy(**{"limits": limits, **settings}))  # type: ignore[arg-type]
    for n in range(100):
        at_s, call, agent = 20.0 * n, f"c{n}", f"a{n % 40:02d}"
        pacer.observe(Placed(at_s=at_s, call=call))
        if n % 4:
            pacer.observe(Resolved(at_s=at_s + 5.0, call=call, outcome="busy"))
            continue
        pacer.observe(Answered(at_s=at_s + 9.0, call=call))
        pacer.observe(Connected(at_s=at_s + 9.0, call=call, agent=agent))
        pacer.observe(TalkEnded(at_s=at_s + 16.0, agent=agent))
        pacer.observe(WrapEnded(at_s=at_s + 19.0, agent=agent))
    pacer.decide(NOW_S - 30.0, Snapshot(idle=0, room=0))
    return pacer


def calls(floor: Snapshot, **settings: object) -> int:
    return experienced(**settings).decide(NOW_S, floor).calls


def test_agents_who_are_about_to_go_are_not_dialled_for() -> None:
    all_stay = calls(Snapshot(idle=0, room=999, talking=TALKING))
    half = {agent: NOW_S + 1.0 for agent in list(TALKING)[::2]}
    half_go = calls(Snapshot(idle=0, room=999, talking=TALKING, leaving=half))
    all_go = calls(
        Snapshot(
            idle=0, room=999, talking=TALKING, leaving=dict.fromkeys(TALKING, NOW_S + 1.0)
        )
    )
    later = dict.fromkeys(TALKING, NOW_S + 3600.0)
    go_later = calls(Snapshot(idle=0, room=999, talking=TALKING, leaving=later))
    assert all_stay == go_later > half_go > all_go == 0


def test_a_free_agent_who_is_about_to_go_is_not_dialled_for() -> None:
    leaving = {"zoe": NOW_S + 5.0, "ivo": NOW_S + 9.0}
    for mode in ("progressive", "predictive"):
        stay = calls(Snapshot(idle=6, room=999), mode=mode)
        go = calls(Snapshot(idle=6, room=999, leaving=leaving), mode=mode)
        assert go < stay
    assert calls(Snapshot(idle=2, room=999, leaving=leaving), mode="progressive") == 0


@pytest.mark.parametrize("ringing", [0, 10])
def test_leads_that_answer_rarely_are_rung_in_greater_number(ringing: int) -> None:
    rings = {f"r{n}": NOW_S - 3.0 for n in range(ringing)}
    found = []
    for p in (0.6, 0.25, 0.05):
        floor = Snapshot(
            idle=0, room=999, talking=TALKING, ringing=rings,
            scores=dict.fromkeys(rings, p), next_scores=(p,) * 100,
        )  # fmt: skip
        found.append(calls(floor))
    assert found == sorted(found)
    assert found[0] < found[2]


def test_callers_who_wait_take_the_agents_who_come_free_next() -> None:
    waiting = {f"i{n}": NOW_S - 1.0 for n in range(3)}
    pacer = experienced()
    for call, since_s in waiting.items():
        pacer.observe(InboundArrived(at_s=since_s, call=call))
    floor = Snapshot(idle=0, room=999, talking=TALKING, inbound_waiting=waiting)
    without = calls(Snapshot(idle=0, room=999, talking=TALKING))
    assert pacer.decide(NOW_S, floor).calls < without


def test_people_who_wait_already_take_free_agents() -> None:
    waiting = {f"c{n}x": NOW_S - 0.5 for n in range(3)}
    floor = Snapshot(idle=3, room=999, waiting=waiting)
    assert calls(floor, mode="progressive") == 0
    assert calls(Snapshot(idle=3, room=999), mode="progressive") == 3


@pytest.mark.parametrize("mode", ["predictive", "progressive", "ratio", "erlang"])
def test_without_agents_nothing_is_placed_and_what_is_old_is_given_up(mode: str) -> None:
    ringing = {"old": NOW_S - 20.0, "edge": NOW_S - 15.0, "young": NOW_S - 14.9}
    pacer = experienced(mode=mode, ratio=2.0)
    decision = pacer.decide(NOW_S, Snapshot(idle=0, room=999, ringing=ringing))
    assert decision.calls == 0
    assert set(decision.cancels) == {"old", "edge"}
    assert decision.reasons[-1].code == "old_calls_given_up"


def test_old_calls_that_find_somebody_ring_on() -> None:
    ringing = {"old": NOW_S - 20.0, "older": NOW_S - 22.0}
    decision = experienced().decide(NOW_S, Snapshot(idle=9, room=999, ringing=ringing))
    assert decision.cancels == ()

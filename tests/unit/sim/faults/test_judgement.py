"""The suite can fail: each violation is planted into a good run, and must be found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.faults.evidence import Attempt, Breach, Evidence, Fault, Quiet, Stay
from sim.faults.judgement import LONGEST_S, Judgement, What, judge
from sim.faults.kinds import NAMES, planned
from sim.faults.table import NOBODY, as_json, markdown, rows
from sim.world.compare import Seen

KILLED = Fault(
    kind="kill_dialer",
    nth=1,
    began_at=100.0,
    over_at=100.0,
    paced_at=103.0,
    served_at=104.0,
)
LATER = Fault(
    kind="browser_5s", nth=1, began_at=200.0, over_at=205.0, paced_at=205.1, served_at=209.0
)
DIED = replace(KILLED, kind="kill_asterisk", switch_died=True)
LIVED = Attempt(
    id="a1", number="5511900000001", placed_at=98.0, ended_at=106.0, outcome="answered",
    endings=1,
)  # fmt: skip
BEFORE = Attempt(
    id="a2",
    number="5511900000002",
    placed_at=10.0,
    ended_at=12.0,
    outcome="busy",
    endings=1,
)
GOOD = Evidence(
    faults=(KILLED, LATER),
    attempts=(LIVED, BEFORE),
    network=(
        Seen("5511900000001", 98.1, "answered"),
        Seen("5511900000002", 10.1, "busy"),
    ),
    stays=(Stay(agent="agent001", state="talking", since=99.0, until=106.0),),
    quiets=(Quiet(number="5511900000001", answered_at=99.0, after_s=0.0, seconds=2.1),),
    answered=1,
)


def found(evidence: Evidence) -> list[tuple[What, str | None]]:
    return [(v.what, v.fault.kind if v.fault else None) for v in judge(evidence).violations]


def with_attempt(**changes: object) -> Evidence:
    changed = replace(LIVED, **changes)  # type: ignore[arg-type]
    return replace(GOOD, attempts=(changed, BEFORE))


def test_a_good_run_has_no_violation() -> None:
    judged = judge(GOOD)
    assert judged.good
    assert [one.in_flight for one in judged.faults] == [1, 0]


def test_an_attempt_without_an_end_is_lost() -> None:
    open_ = with_attempt(outcome=None, ended_at=None, endings=0)
    assert found(open_) == [(What.LOST, "browser_5s")]  # the last fault that it met


def test_another_end_than_the_networks_is_lost() -> None:
    assert found(with_attempt(outcome="no_answer")) == [(What.LOST, "kill_dialer")]


@pytest.mark.parametrize("endings", [0, 2])
def test_an_attempt_ends_exactly_once(endings: int) -> None:
    assert found(with_attempt(endings=endings)) == [(What.LOST, "kill_dialer")]


def test_a_call_that_the_network_never_saw_is_lost() -> None:
    unseen = replace(GOOD, network=GOOD.network[1:])
    assert found(unseen) == [(What.LOST, "kill_dialer")]


def test_a_call_said_not_sent_that_the_network_saw_was_sent_for_nothing() -> None:
    assert found(with_attempt(outcome="not_sent")) == [(What.DOUBLED, "kill_dialer")]


def test_a_debtor_rung_twice_for_one_attempt_is_found() -> None:
    again = Seen("5511900000001", 103.5, "no_answer")
    twice = replace(GOOD, network=(*GOOD.network, again))
    assert found(twice) == [(What.DOUBLED, "kill_dialer")]


def test_a_second_attempt_may_ring_again() -> None:
    second = replace(LIVED, id="a3", placed_at=150.0, ended_at=151.0, outcome="busy")
    again = Seen("5511900000001", 150.1, "busy")
    both = replace(GOOD, attempts=(*GOOD.attempts, second), network=(*GOOD.network, again))
    assert found(both) == []


def test_switch_lost_is_allowed_where_the_switch_died_in_the_call() -> None:
    died = replace(with_attempt(outcome="switch_lost"), faults=(DIED, LATER))
    judged = judge(died)
    assert judged.good
    assert judged.faults[0].switch_lost == 1


def test_switch_lost_is_a_loss_everywhere_else() -> None:
    assert found(with_attempt(outcome="switch_lost")) == [(What.LOST, "kill_dialer")]
    after = replace(
        with_attempt(outcome="switch_lost", placed_at=101.0),
        network=(Seen("5511900000001", 101.1, "answered"), GOOD.network[1]),
        faults=(DIED, LATER),
    )
    assert found(after) == [(What.LOST, "kill_asterisk")]


def test_a_call_asked_of_a_switch_that_is_away_is_lost_with_it_unless_it_rang() -> None:
    away = replace(DIED, over_at=102.5)
    placed = with_attempt(outcome="switch_lost", placed_at=101.0)
    unseen = replace(placed, faults=(away, LATER), network=GOOD.network[1:])
    rang = (Seen("5511900000001", 101.1, "answered"), *GOOD.network[1:])
    assert judge(unseen).good
    assert found(replace(unseen, network=rang)) == [(What.LOST, "kill_asterisk")]
    late = with_attempt(outcome="switch_lost", placed_at=103.0)
    assert found(replace(unseen, attempts=late.attempts)) == [(What.LOST, "kill_asterisk")]


@pytest.mark.parametrize("state", sorted(LONGEST_S))
def test_an_agent_who_stays_in_a_state_for_ever_is_stuck(state: str) -> None:
    stay = Stay(agent="agent001", state=state, since=101.0, until=101.0 + 400.0)
    assert found(replace(GOOD, stays=(stay,))) == [(What.STUCK, "kill_dialer")]


def test_the_time_of_a_disturbance_does_not_count_against_an_agent() -> None:
    long_cut = replace(LATER, over_at=300.0, served_at=301.0)
    stay = Stay(agent="web001", state="connecting", since=201.0, until=303.0)
    assert found(replace(GOOD, faults=(KILLED, long_cut), stays=(stay,))) == []
    still = replace(stay, until=303.0 + LONGEST_S["connecting"] + 10.0)
    assert found(replace(GOOD, faults=(KILLED, long_cut), stays=(still,))) == [
        (What.STUCK, "browser_5s")
    ]


def test_silence_beyond_the_threshold_is_found() -> None:
    long = Quiet(number="5511900000001", answered_at=99.0, after_s=0.0, seconds=2.9)
    assert found(replace(GOOD, quiets=(long,))) == [(What.SILENT, "kill_dialer")]


def test_a_browser_that_went_away_may_take_its_time_out_and_no_more() -> None:
    quiet = Quiet(number="5511900000001", answered_at=190.0, after_s=11.0, seconds=3.5)
    assert found(replace(GOOD, quiets=(quiet,))) == []
    longer = replace(quiet, seconds=4.0)
    assert found(replace(GOOD, quiets=(longer,))) == [(What.SILENT, "browser_5s")]
    elsewhere = replace(quiet, answered_at=150.0, after_s=1.0)
    assert found(replace(GOOD, quiets=(elsewhere,))) == [(What.SILENT, None)]


def test_nobody_is_blamed_for_the_silence_of_a_switch_that_died() -> None:
    quiet = Quiet(number="5511900000001", answered_at=99.0, after_s=1.0, seconds=9.0)
    died = replace(GOOD, faults=(DIED, LATER), quiets=(quiet,))
    assert found(died) == []
    # it rang when the switch died; who picks up hears nobody
    assert found(replace(died, quiets=(replace(quiet, answered_at=110.0),))) == []


def test_a_later_call_to_that_number_is_no_excuse() -> None:
    again = replace(LIVED, id="a3", placed_at=108.0, ended_at=125.0)
    later = replace(
        GOOD,
        faults=(DIED, LATER),
        attempts=(*GOOD.attempts, again),
        network=(*GOOD.network, Seen("5511900000001", 108.1, "answered")),
        quiets=(
            Quiet(number="5511900000001", answered_at=110.0, after_s=1.0, seconds=9.0),
        ),
    )
    assert found(later) == [(What.SILENT, None)]


def test_an_invariant_that_did_not_hold_is_found() -> None:
    breach = Breach(at=102.0, says="dois canais para um devedor")
    assert found(replace(GOOD, breaches=(breach,))) == [(What.BROKEN, "kill_dialer")]


def test_a_service_that_never_came_back_is_found() -> None:
    down = replace(KILLED, served_at=None)
    assert (What.DOWN, "kill_dialer") in found(replace(GOOD, faults=(down, LATER)))


def test_a_violation_in_no_faults_time_is_still_one() -> None:
    wrong = replace(BEFORE, outcome="rejected")
    judged = judge(replace(GOOD, attempts=(LIVED, wrong)))
    assert not judged.good
    assert [row.kind for row in rows(judged)] == ["kill_dialer", "browser_5s", NOBODY]


def last_line(judged: Judgement, not_done: tuple[str, ...] = ()) -> str:
    return list(markdown(judged, not_done))[-1]


def test_the_table_says_what_was_found() -> None:
    table = list(markdown(judge(GOOD)))
    assert (
        table[2] == "| kill -9 no dialer | 1 | 1 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 3.0 | 4.0 |"
    )
    assert last_line(judge(GOOD)) == "APROVADO"
    wrong = judge(with_attempt(outcome=None, ended_at=None, endings=0))
    assert last_line(wrong) == "REPROVADO"
    assert as_json(wrong)["violations"][0]["what"] == "lost"


def test_a_fault_that_was_asked_for_and_not_done_is_no_success() -> None:
    assert last_line(judge(GOOD), ("sem Chromium",)) == "REPROVADO"
    assert as_json(judge(GOOD), ("sem Chromium",))["good"] is False


def test_the_usual_run_does_every_kind_and_the_dialer_most() -> None:
    assert [(kind.name, times) for kind, times in planned((), None)] == [
        (name, 30 if name == "kill_dialer" else 3) for name in NAMES
    ]
    assert [(k.name, n) for k, n in planned(["kill_ura"], 200)] == [("kill_ura", 200)]
    assert {n for k, n in planned((), 200) if k.name != "kill_dialer"} == {20}
    assert {n for _, n in planned((), 1)} == {1}


def test_ends_that_came_from_the_switchs_own_record_are_counted() -> None:
    judged = judge(with_attempt(by_record=True))
    assert judged.good
    assert [one.by_record for one in judged.faults] == [1, 0]

"""What the floor does to a pacer: the same people, its limits, and what counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialer.pacing import Decision, Event, HungUp, Placed, Resolved, Snapshot
from sim.scenarios import pacing_book
from sim.world.baselines.ratio import Ratio
from sim.world.floor.durations import ENDLESS, Duration
from sim.world.floor.engine import Floor, PacerBroke
from sim.world.floor.leads import Leads
from sim.world.floor.result import worst_half_hour
from sim.world.floor.scenario import (
    Amd,
    FloorScenario,
    Group,
    Inbound,
    ListPart,
    Others,
    Shifts,
    Walkout,
)

HOURS = 1.0


def a_floor(**changes: object) -> FloorScenario:
    floor = FloorScenario(
        name="a floor", about="", hours=HOURS, target=0.03,
        shifts=Shifts(groups=(Group(agents=10),)), parts=(ListPart(share=1.0, p=0.3),),
    )  # fmt: skip
    return replace(floor, **changes)  # type: ignore[arg-type]


class Watching:
    """A ratio whose snapshots and events are kept for a look."""

    def __init__(self, ratio: float) -> None:
        self._inner = Ratio(ratio)
        self.events: list[Event] = []
        self.most_lines = 0
        self.leaving: set[str] = set()

    def observe(self, event: Event) -> None:
        self.events.append(event)

    def decide(self, now_s: float, floor: Snapshot) -> Decision:
        decision = self._inner.decide(now_s, floor)
        calls = len(floor.ringing) + len(floor.waiting) + len(floor.undecided)
        self.most_lines = max(self.most_lines, calls + len(floor.talking) + decision.calls)
        self.leaving |= set(floor.leaving)
        return decision

    def placed_at(self) -> list[float]:
        return [event.at_s for event in self.events if isinstance(event, Placed)]

    def outcomes(self) -> list[str]:
        return [event.outcome for event in self.events if isinstance(event, Resolved)]


def test_the_same_seed_is_the_same_shift() -> None:
    first, second = (Floor(a_floor(), Ratio(2.0), 7).run() for _ in range(2))
    assert first == second
    assert first != Floor(a_floor(), Ratio(2.0), 8).run()


def test_two_pacers_meet_the_same_people() -> None:
    one, other = Leads(a_floor(), 3), Leads(a_floor(), 3)
    ahead = [one.take(0.0) for _ in range(9_000)]
    assert ahead == [other.take(0.0) for _ in range(9_000)]
    assert len({lead.call for lead in ahead}) == 9_000


def test_scores_ahead_are_those_of_the_leads_to_come() -> None:
    parts = (ListPart(share=1, p=0.1, known=True, noise=0.3), ListPart(share=1, p=0.4))
    leads = Leads(a_floor(parts=parts), 1)
    for step in (1, 50, 4_044, 1, 3, 5_000):
        ahead = leads.scores(100)
        taken = [leads.take(0.0) for _ in range(step)]
        mean = 0.25
        wanted = [mean if lead.score is None else lead.score for lead in taken[:100]]
        assert list(ahead[:step]) == pytest.approx(wanted)


def test_seconds_of_agents_add_up() -> None:
    shifts = Shifts(
        groups=(Group(agents=6, spread_s=300), Group(agents=4, from_s=600, to_s=2400)),
        break_every_s=900, break_s=120,
    )  # fmt: skip
    run = Floor(a_floor(shifts=shifts), Ratio(2.0), 1).run()
    assert 6 * 3300 + 4 * 1800 <= run.logged_in_s <= 6 * 3600 + 4 * 2400
    assert 0 < run.occupancy < run.occupancy_without_breaks <= 1


def test_caps_bind_every_pacer() -> None:
    greedy = Watching(40.0)
    Floor(a_floor(max_lines=30), greedy, 1).run()
    assert 25 <= greedy.most_lines <= 30
    greedy = Watching(40.0)
    Floor(a_floor(max_cps=2.0), greedy, 1).run()
    instants = greedy.placed_at()
    assert len(instants) > 1000
    assert min(b - a for a, b in zip(instants, instants[2:], strict=False)) >= 1 - 1e-6


class Rude:
    """Asks for what the floor refuses."""

    def __init__(self, decision: Decision) -> None:
        self._decision = decision

    def observe(self, event: Event) -> None:
        """Nothing."""

    def decide(self, now_s: float, floor: Snapshot) -> Decision:
        cancels = tuple(floor.ringing) if self._decision.cancels else ()
        return Decision(calls=self._decision.calls, cancels=cancels)


@pytest.mark.parametrize(
    "decision", [Decision(calls=31), Decision(calls=-1), Decision(calls=1, cancels=("x",))]
)
def test_a_pacer_that_breaks_its_bounds_is_stopped(decision: Decision) -> None:
    with pytest.raises(PacerBroke):
        Floor(a_floor(max_lines=30), Rude(decision), 1).run()


def test_in_an_outage_every_call_fails() -> None:
    watching = Watching(2.0)
    Floor(a_floor(outages=((600.0, 660.0),)), watching, 1).run()
    placed = sum(600 <= at_s < 660 for at_s in watching.placed_at())
    assert placed > 50
    assert watching.outcomes().count("failed") == placed


def test_a_list_ends_and_so_does_the_shift() -> None:
    run = Floor(a_floor(leads=300), Ratio(3.0), 1).run()
    assert run.placed == 300
    assert run.logged_in_s < 10 * 3600 * HOURS
    longer = Floor(a_floor(leads=10**6), Ratio(3.0), 1).run()
    assert longer.logged_in_s == 10 * 3600 * HOURS


def test_agents_who_leave_are_announced_and_gone() -> None:
    walkouts = (
        Walkout(at_s=1200, share=0.5, back_after_s=600),
        Walkout(at_s=2400, share=1),
    )
    shifts = Shifts(groups=(Group(agents=10),), walkouts=walkouts, announced_s=60)
    watching = Watching(2.0)
    run = Floor(a_floor(shifts=shifts), watching, 1).run()
    assert len(watching.leaving) == 10
    assert max(watching.placed_at()) < 2400 + 1800  # the last talk and wrap-up over
    assert run.logged_in_s < 10 * 2400 + 5 * 1800


def test_who_hangs_up_before_the_threshold_counts_but_is_not_abandoned() -> None:
    hasty = Duration(shape="constant", mean_s=1.0)
    watching = Watching(8.0)
    run = Floor(a_floor(patience=hasty), watching, 1).run()
    assert run.hung_up > 20
    assert run.abandoned == 0
    assert run.humans == run.talks + run.hung_up
    assert sum(isinstance(event, HungUp) for event in watching.events) == run.hung_up


def test_who_stays_to_the_threshold_is_abandoned() -> None:
    run = Floor(a_floor(patience=ENDLESS), Ratio(8.0), 1).run()
    assert run.abandoned > 20
    assert run.hung_up == 0
    assert 0 <= run.humans - run.talks - run.abandoned <= 3  # still waiting at the end
    later = Floor(a_floor(patience=ENDLESS, threshold_s=10.0), Ratio(8.0), 1).run()
    assert later.abandoned_share < run.abandoned_share


def test_without_detection_a_machine_counts_as_a_person() -> None:
    run = Floor(a_floor(others=Others(machine=0.5)), Ratio(1.0), 1).run()
    plain = Floor(a_floor(others=Others(machine=0.0)), Ratio(1.0), 1).run()
    assert run.humans == run.talks > 1.5 * plain.talks


def test_detection_errs_as_told_and_is_charged_when_so_configured() -> None:
    amd = Amd(delay=Duration(shape="constant", mean_s=1.0), person_as_machine=0.2,
              machine_as_person=0.3)  # fmt: skip
    floor = a_floor(others=Others(machine=0.5), amd=amd, hours=4.0)
    run = Floor(floor, Ratio(1.0), 1).run()
    assert run.abandoned == 0
    people = run.humans - run.machines_taken_for_people
    wrong = run.people_taken_for_machines / (people + run.people_taken_for_machines)
    assert wrong == pytest.approx(0.2, abs=0.05)
    charged = Floor(replace(floor, amd_errors_count=True), Ratio(1.0), 1).run()
    assert charged.abandoned == charged.people_taken_for_machines > 0


def test_slow_detection_abandons_on_a_clock_that_starts_at_connect() -> None:
    slow = Amd(delay=Duration(shape="constant", mean_s=2.5), person_as_machine=0.0)
    floor = a_floor(amd=slow, patience=ENDLESS, others=Others(machine=0.0))
    assert Floor(floor, Ratio(1.0), 1).run().abandoned_share == 1.0
    greeted = replace(floor, clock_start="greeting_end")
    assert Floor(greeted, Ratio(1.0), 1).run().abandoned_share < 0.5


def test_detection_that_is_quick_enough_abandons_nobody_one_to_one() -> None:
    floor = pacing_book()["fifty-amd"]
    run = Floor(replace(floor, hours=0.5), Ratio(1.0), 1).run()
    assert run.machines_taken_for_people > 20
    assert run.abandoned == 0


def test_inbound_calls_are_served_or_leave() -> None:
    inbound = Inbound(
        calls_per_hour=((0.0, 200.0),), talk=Duration(shape="constant", mean_s=100),
        wrap=Duration(shape="constant", mean_s=10), patience=ENDLESS,
    )  # fmt: skip
    calm = Floor(a_floor(inbound=inbound), Ratio(0.0001), 1).run()
    assert calm.inbound is not None
    assert calm.inbound.arrived == pytest.approx(200, abs=60)
    assert calm.inbound.in_time > 0.9
    hasty = replace(inbound, patience=Duration(shape="constant", mean_s=5.0))
    busy = Floor(a_floor(inbound=hasty), Ratio(6.0), 1).run()
    assert busy.inbound is not None
    assert busy.inbound.left > 0
    assert busy.inbound.answered + busy.inbound.left <= busy.inbound.arrived


def test_the_worst_half_hour_is_found() -> None:
    answers = [10.0 * i for i in range(1_000)]
    lost = [3_000.0, 3_100.0, 3_200.0, 9_000.0]
    assert worst_half_hour(answers, lost) == pytest.approx(3 / 180)
    assert worst_half_hour([], []) == 0.0


@pytest.mark.parametrize("name", list(pacing_book()))
def test_every_scenario_of_the_book_can_be_played(name: str) -> None:
    floor = pacing_book()[name]
    run = Floor(replace(floor, hours=min(floor.hours, 0.5)), Ratio(1.5), 1).run()
    assert run.talks > 0
    assert 0 < run.occupancy <= 1

"""What the bench of interruptions makes of what it measured."""

from __future__ import annotations

from sim.bench.barge_in import Stop, figures_of, stop_of


def test_a_prompt_that_no_voice_stopped_misses_the_aim_however_quick_the_others_were() -> (
    None
):
    late, _, coughs, pitched = figures_of(
        [Stop("sim", 0.1), Stop("não", None)], [Stop("cough", None), Stop("horn", 0.2)]
    )
    assert (late.value, late.met) == (100.0, False)
    assert (coughs.value, coughs.met) == (0.0, True)
    assert (pitched.value, pitched.met) == (100.0, None)


def test_one_cough_in_ten_that_stops_a_prompt_misses_the_aim() -> None:
    stops = [Stop("cough", 0.2)] + [Stop("click", None)] * 9
    late, _, coughs, _ = figures_of([Stop("sim", 0.2)], stops)
    assert late.met
    assert (coughs.value, coughs.met, coughs.compared_with) == (10.0, False, "cough")


def test_a_stop_counts_from_the_first_decision_after_the_voice_began() -> None:
    found = stop_of("sim", 10.0, 10.12, [3.0, 10.1, 11.0])
    assert (round(found.late_s or 0, 3), round(found.left_s or 0, 3)) == (0.12, 0.02)
    assert stop_of("sim", 10.0, None, [10.1]) == Stop("sim", None)
    assert stop_of("sim", 10.0, 10.09, [10.1]).left_s == 0.0  # all was said before it


def test_frames_that_leave_after_the_decision_miss_its_aim() -> None:
    _, left, *_ = figures_of([Stop("sim", 0.2, 0.06)], [])
    assert (round(left.value), left.met) == (60, False)
    _, none, *_ = figures_of([Stop("sim", 0.2, 0.01), Stop("não", None)], [])
    assert (round(none.value), none.met) == (10, False)  # one of them was not stopped

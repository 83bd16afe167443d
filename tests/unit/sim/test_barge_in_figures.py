"""What the bench of interruptions makes of what it measured."""

from __future__ import annotations

from sim.bench.barge_in import Stop, figures_of


def test_a_prompt_that_no_voice_stopped_misses_the_aim_however_quick_the_others_were() -> (
    None
):
    late, coughs, pitched = figures_of(
        [Stop("sim", 0.1), Stop("não", None)], [Stop("cough", None), Stop("horn", 0.2)]
    )
    assert (late.value, late.met) == (100.0, False)
    assert (coughs.value, coughs.met) == (0.0, True)
    assert (pitched.value, pitched.met) == (100.0, None)


def test_one_cough_in_ten_that_stops_a_prompt_misses_the_aim() -> None:
    stops = [Stop("cough", 0.2)] + [Stop("click", None)] * 9
    late, coughs, _ = figures_of([Stop("sim", 0.2)], stops)
    assert late.met
    assert (coughs.value, coughs.met, coughs.compared_with) == (10.0, False, "cough")

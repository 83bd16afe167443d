"""The cost of a fixed ratio: exact where the answer is known, sensible elsewhere."""

from __future__ import annotations

import pytest

from dialer.pacing.fixed_ratio import BadRatio, cost


def told(agents: int, ratio: float, p: float = 0.3) -> tuple[float, float]:
    found = cost(agents=agents, ratio=ratio, answer_share=p, ring_s=11.0, service_s=140.0)
    return found.occupancy, found.abandoned


@pytest.mark.parametrize("p", [0.08, 0.3, 1.0])
def test_one_to_one_loses_nobody_and_waits_a_ring_for_each_try(p: float) -> None:
    """Each agent alone: works 140 s, then waits for 1/p rings of 11 s on the mean."""
    occupancy, abandoned = told(7, 1.0, p)
    assert abandoned == 0.0
    assert occupancy == pytest.approx(140 / (140 + 11 / p), abs=1e-9)


def test_one_agent_with_two_lines_is_solved_by_hand() -> None:
    """States: free with two ringing; busy with one or none ringing. All answer (p = 1).

    Free: 2/ring to (busy, 1). Busy with one: 1/ring is abandoned, 1/service to free (one
    more is dialled). Busy with none: 1/service to free.
    """
    ring, service = 10.0, 90.0
    leave, end = 1 / ring, 1 / service
    one = 1.0  # weight of (busy, 1)
    none = one * leave / end
    free = (one + none) * end / (2 * leave)
    total = one + none + free
    found = cost(agents=1, ratio=2.0, answer_share=1.0, ring_s=ring, service_s=service)
    assert found.occupancy == pytest.approx((one + none) / total, abs=1e-9)
    assert found.abandoned == pytest.approx(one / (one + 2 * free), abs=1e-9)


def test_more_lines_keep_agents_busier_and_lose_more() -> None:
    found = [told(10, ratio) for ratio in (1.0, 1.5, 2.0, 3.0, 5.0)]
    assert found == sorted(found)
    assert [lost for _, lost in found] == sorted(lost for _, lost in found)


def test_a_large_floor_is_answered_as_the_largest_that_is_solved() -> None:
    assert told(500, 2.0) == told(40, 2.0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"agents": 0},
        {"ratio": 0.9},
        {"ratio": 11.0},
        {"answer_share": 0.0},
        {"ring_s": 0.0},
    ],
)
def test_what_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    given = {
        "agents": 5,
        "ratio": 2.0,
        "answer_share": 0.2,
        "ring_s": 9.0,
        "service_s": 90.0,
    }
    with pytest.raises(BadRatio):
        cost(**(given | wrong))  # type: ignore[arg-type]

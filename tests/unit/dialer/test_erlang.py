"""Erlang's formulas against published values and sums made with whole fractions."""

from __future__ import annotations

from fractions import Fraction
from math import exp

import numpy as np
import pytest

from dialer.pacing.erlang import (
    BadQueue,
    answered_keeping,
    erlang_a,
    erlang_a_answered,
    erlang_a_longer,
    erlang_b,
    erlang_c,
    erlang_c_longer,
    erlang_c_wait_s,
)

CASES = [
    (1, Fraction(1, 2)), (2, Fraction(3)), (5, Fraction(5)), (10, Fraction(17, 2)),
    (30, Fraction(25)), (100, Fraction(90)), (100, Fraction(140)), (400, Fraction(385)),
]  # fmt: skip
TERMS = 4_000  # of the endless series; the last is far below 1e-30 in every case


def exact_b(n: int, a: Fraction) -> Fraction:
    inverse = Fraction(1)
    for k in range(1, n + 1):
        inverse = 1 + inverse * k / a
    return 1 / inverse


def exact_c(n: int, a: Fraction) -> Fraction:
    lost = exact_b(n, a)
    return n * lost / (n - a * (1 - lost))


def exact_states(n: int, a: Fraction, patience: Fraction) -> tuple[list[float], int]:
    """Probabilities of 0, 1, ... callers in the queue with patience, service time 1."""
    weight, weights = Fraction(1), [Fraction(1)]
    for k in range(1, TERMS):
        leaving = min(k, n) + max(0, k - n) / patience
        weight = weight * a / leaving
        weight = (
            weight.limit_denominator(10**60) if weight > Fraction(1, 10**30) else weight
        )
        weights.append(weight)
        if k > n + a and weight < Fraction(1, 10**45) * max(weights):
            break
    total = sum(weights)
    return [float(each / total) for each in weights], n


@pytest.mark.parametrize(("n", "a"), CASES)
def test_loss_agrees_with_fractions(n: int, a: Fraction) -> None:
    assert float(erlang_b(n, float(a))) == pytest.approx(float(exact_b(n, a)), rel=1e-10)


@pytest.mark.parametrize(("n", "a"), [case for case in CASES if case[1] < case[0]])
def test_wait_agrees_with_fractions(n: int, a: Fraction) -> None:
    assert float(erlang_c(n, float(a))) == pytest.approx(float(exact_c(n, a)), rel=1e-10)


# Published tables: traffic in erlang that n lines carry at a blocking of 1 %.
TABLE_B_1_PERCENT = [
    (1, 0.0101), (2, 0.1526), (5, 1.3608), (10, 4.4612), (20, 12.031), (50, 37.901),
    (100, 84.064),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "load_erl"), TABLE_B_1_PERCENT)
def test_loss_agrees_with_the_printed_table(lines: int, load_erl: float) -> None:
    assert float(erlang_b(lines, load_erl)) == pytest.approx(0.01, abs=2e-5)


def test_thousands_of_agents_neither_overflow_nor_vanish() -> None:
    n = np.array([1_000, 5_000, 5_000, 20_000])
    a = np.array([950.0, 4_900.0, 9_000.0, 19_990.0])
    lost = erlang_b(n, a)
    assert lost.shape == (4,)
    assert [float(exact_b_float(int(k), x)) for k, x in zip(n, a, strict=True)] == (
        pytest.approx(lost.tolist(), rel=1e-9)
    )
    assert erlang_c(n, a).tolist()[2] == 1.0
    queue = erlang_a(n, a, 140.0, 60.0)
    assert np.all((queue.waits >= 0) & (queue.waits <= 1))
    # far above full load what cannot be served leaves: 1 - n / a
    assert float(queue.abandons[2]) == pytest.approx(1 - 5_000 / 9_000, abs=1e-9)


def exact_b_float(n: int, a: float) -> float:
    inverse = 1.0
    for k in range(1, n + 1):
        inverse = 1.0 + inverse * k / a
    return 1.0 / inverse


PATIENT_CASES = [
    (1, Fraction(1, 2), Fraction(1)), (5, Fraction(6), Fraction(1, 3)),
    (10, Fraction(9), Fraction(2)), (30, Fraction(32), Fraction(1, 2)),
]  # fmt: skip


@pytest.mark.parametrize(("n", "a", "patience"), PATIENT_CASES)
def test_patience_agrees_with_the_chain_of_states(
    n: int, a: Fraction, patience: Fraction
) -> None:
    states, _ = exact_states(n, a, patience)
    queue = erlang_a(n, float(a), 140.0, 140.0 * float(patience))
    waits = sum(states[n:])
    length = sum((k - n) * p for k, p in enumerate(states) if k > n)
    busy = sum(min(k, n) * p for k, p in enumerate(states))
    assert float(queue.waits) == pytest.approx(waits, abs=1e-10)
    assert float(queue.mean_queue) == pytest.approx(length, abs=1e-9)
    assert float(queue.abandons) == pytest.approx(length / float(patience * a), abs=1e-10)
    assert float(queue.occupancy) == pytest.approx(busy / n, abs=1e-10)


@pytest.mark.parametrize(("n", "a", "patience"), PATIENT_CASES)
def test_agents_kept_agree_with_the_chain_cut_below_them(
    n: int, a: Fraction, patience: Fraction
) -> None:
    states, _ = exact_states(n, a, patience)
    found = answered_keeping(n, float(a), 140.0, 0.0, 140.0 * float(patience))
    assert found.shape == (n + 1,)
    for kept in range(n + 1):
        top = states[n - kept :]
        free = sum(top[:kept]) / sum(top)  # answered at once: somebody is free
        assert float(found[kept]) == pytest.approx(free, abs=1e-9)


@pytest.mark.parametrize(("n", "a"), [(5, 4.0), (20, 14.0), (60, 57.0)])
@pytest.mark.parametrize("patience_s", [None, 90.0])
def test_keeping_all_is_the_plain_queue(n: int, a: float, patience_s: float | None) -> None:
    for within_s in (0.0, 10.0, 40.0):
        found = answered_keeping(n, a, 140.0, within_s, patience_s)
        if patience_s is None:
            plain = 1.0 - float(erlang_c_longer(n, a, 140.0, within_s))
        else:
            plain = float(erlang_a_answered(n, a, 140.0, patience_s, within_s))
        assert float(found[n]) == pytest.approx(plain, abs=1e-9)
        assert np.all(np.diff(found) >= -1e-12)  # more kept, more in time


def test_without_patience_who_is_kept_agrees_with_whole_fractions() -> None:
    n, a = 12, Fraction(9)
    found = answered_keeping(n, 9.0, 140.0, 0.0)
    for kept in range(n + 1):
        weights = [Fraction(1)]
        for busy in range(n - kept + 1, n + 1):
            weights.append(weights[-1] * a / busy)
        full = weights[-1] * n / (n - a)  # all busy, any queue
        waits = full / (sum(weights[:-1]) + full)
        assert float(found[kept]) == pytest.approx(1.0 - float(waits), abs=1e-12)


def test_a_load_beyond_all_agents_answers_nobody_at_once() -> None:
    assert answered_keeping(4, 5.0, 140.0, 20.0).tolist() == [0.0] * 5
    assert answered_keeping(4, 0.0, 140.0, 20.0).tolist() == [1.0] * 5


def test_waits_with_patience_agree_with_their_density() -> None:
    n, load, service_s, patience_s = 8, 9.0, 120.0, 45.0
    states, _ = exact_states(n, Fraction(9), Fraction(45, 120))
    x, y = load * patience_s / service_s, n * patience_s / service_s
    steps = 400_000
    u = (np.arange(steps) + 0.5) * (20.0 / steps)  # in units of patience
    density = x * states[n - 1] * np.exp(x * (1 - np.exp(-u)) - y * u) * (20.0 / steps)
    for wait_s in (0.0, 5.0, 20.0, 60.0):
        after = u > wait_s / patience_s
        longer = exp(-wait_s / patience_s) * density[after].sum()
        served = (density * np.exp(-u))[~after].sum() + sum(states[:n])
        assert float(erlang_a_longer(n, load, service_s, patience_s, wait_s)) == (
            pytest.approx(longer, abs=2e-5)
        )
        assert float(erlang_a_answered(n, load, service_s, patience_s, wait_s)) == (
            pytest.approx(served, abs=2e-5)
        )


def test_endless_patience_is_the_queue_without_it() -> None:
    queue = erlang_a(12, 10.0, 140.0, 140.0 * 1e6)
    assert float(queue.waits) == pytest.approx(float(erlang_c(12, 10.0)), abs=1e-4)
    longer = erlang_a_longer(12, 10.0, 140.0, 140.0 * 1e6, [0.0, 30.0])
    assert longer.tolist() == pytest.approx(
        erlang_c_longer(12, 10.0, 140.0, [0.0, 30.0]).tolist(), abs=1e-4
    )


def test_no_load_no_agents_and_full_load() -> None:
    assert float(erlang_b(0, 3.0)) == 1.0
    assert float(erlang_b(3, 0.0)) == 0.0
    assert float(erlang_c(3, 0.0)) == 0.0
    assert float(erlang_c_wait_s(3, 3.0, 60.0)) == float("inf")
    nobody = erlang_a(0, 2.0, 60.0, 30.0)
    assert [float(nobody.waits), float(nobody.abandons)] == pytest.approx([1.0, 1.0])
    quiet = erlang_a(4, 0.0, 60.0, 30.0)
    assert (float(quiet.waits), float(quiet.abandons), float(quiet.occupancy)) == (0, 0, 0)


@pytest.mark.parametrize(
    ("agents", "load"), [(-1, 2.0), (1.5, 2.0), (3, -0.1), (3, float("nan")), (3, np.inf)]
)
def test_impossible_queues_are_refused(agents: float, load: float) -> None:
    for ask in (erlang_b, erlang_c):
        with pytest.raises(BadQueue):
            ask(agents, load)
    with pytest.raises(BadQueue):
        erlang_a(agents, load, 60.0, 60.0)


@pytest.mark.parametrize("time_s", [0.0, -3.0, float("nan"), float("inf")])
def test_impossible_times_are_refused(time_s: float) -> None:
    with pytest.raises(BadQueue):
        erlang_a(3, 2.0, 60.0, time_s)
    with pytest.raises(BadQueue):
        erlang_c_longer(3, 2.0, time_s, 10.0)

"""The last guard before an INVITE: simulated numbers and real routes never meet."""

from __future__ import annotations

from typing import Any

import pytest

from dialer.calls.call import Call
from dialer.calls.events import NetworkOutcome
from dialer.calls.route_rest import FAILURES, FIRST_S
from dialer.routes import Routes, Way, carries
from foundation.route import Route

SIMULATED = "+5511900012345"
REAL = "+5511987654321"


@pytest.mark.parametrize(
    ("number", "simulated_route", "real_route"),
    [
        (SIMULATED, True, False),
        ("+5511987654321", False, True),  # mobile
        ("+551133334444", False, True),  # fixed
        ("+5508007771234", False, False),  # toll-free
        ("+55190", False, False),  # three digits
        ("+14155550100", False, False),  # abroad
        ("+559003001234", False, False),  # premium
        ("", False, False),
    ],
)
def test_a_route_carries_only_its_kind_of_number(
    number: str, simulated_route: bool, real_route: bool
) -> None:
    assert carries(number, simulated_route=True) is simulated_route
    assert carries(number, simulated_route=False) is real_route


def a_route(name: str, **changed: Any) -> Route:
    return Route.model_validate(
        {"name": name, "host": "127.0.0.1", "simulated": True, **changed}
    )


def named(way: Way | None) -> str | None:
    return None if way is None else way.route


def test_the_best_route_with_room_is_taken_until_it_is_full() -> None:
    routes = Routes([a_route("b", priority=20), a_route("a", max_lines=2)])
    free = routes.free({"a": 1}, 0.0)
    assert [named(free.take(SIMULATED)) for _ in range(3)] == ["a", "b", "b"]


def test_no_route_takes_what_none_may_carry() -> None:
    free = Routes([a_route("a"), a_route("b")]).free({}, 0.0)
    for number in (REAL, "+5508007771234", "+14155550100"):
        assert not free.carried(number)
        assert free.take(number) is None
    assert free.carried(SIMULATED)
    real = Routes([a_route("a", simulated=False)]).free({}, 0.0)
    assert (real.carried(REAL), real.carried(SIMULATED)) == (True, False)


def test_full_routes_take_nothing_but_carry_it_later() -> None:
    free = Routes([a_route("a", max_lines=1)]).free({"a": 1}, 0.0)
    assert free.take(SIMULATED) is None
    assert free.carried(SIMULATED)


def test_lines_and_rate_count_for_each_route_alone() -> None:
    routes = Routes([a_route("a", max_lines=5, max_cps=2), a_route("b", max_lines=3)])
    assert routes.left({}, 0.0) == {"a": 2, "b": 3}
    routes.count("a", 0.0)
    assert routes.left({"a": 1, "b": 2, "old": 9}, 0.5) == {"a": 1, "b": 1}
    assert routes.room({"a": 1, "b": 2}, 0.5) == 2
    routes.count("a", 0.5)
    assert routes.room({"b": 4}, 0.9) == 0
    assert routes.left({}, 1.0)["a"] == 1  # the first second's call is forgotten


def test_routes_are_simulated_only_together() -> None:
    assert Routes([a_route("a"), a_route("b")]).simulated
    assert not Routes([a_route("a"), a_route("b", simulated=False)]).simulated


FULL = Call(id="c", outcome=NetworkOutcome.CONGESTION, sip_code=503)
BUSY = Call(id="c", outcome=NetworkOutcome.BUSY, sip_code=486)


def test_a_route_that_carries_nothing_is_left_to_the_others_and_brought_back() -> None:
    routes = Routes([a_route("a", priority=1), a_route("b", priority=2)])
    assert [routes.ended("a", FULL, 0.0) for _ in range(FAILURES)][-1]
    assert list(routes.aside) == ["a"]
    assert named(routes.free({}, 1.0).take(SIMULATED)) == "b"
    free = routes.free({}, FIRST_S)
    assert [named(free.take(SIMULATED)) for _ in range(2)] == ["a", "b"]  # one tries it
    assert routes.ended("a", BUSY, FIRST_S)
    assert not routes.aside
    assert named(routes.free({}, FIRST_S).take(SIMULATED)) == "a"


def test_the_last_route_of_its_kind_is_never_left_aside() -> None:
    real = a_route("real", simulated=False)
    routes = Routes([a_route("a"), a_route("b"), real])
    for name in ("a", "b"):
        for _ in range(FAILURES):
            routes.ended(name, FULL, 0.0)
    assert routes.aside == ()
    assert named(routes.free({}, 1.0).take(SIMULATED)) in ("a", "b")


def test_a_route_that_is_configured_no_more_says_nothing() -> None:
    assert not Routes([a_route("a")]).ended("gone", FULL, 0.0)

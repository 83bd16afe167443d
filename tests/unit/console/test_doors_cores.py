"""The pure parts of the doors: pace, addresses, waits, passwords."""

from __future__ import annotations

import time
from collections.abc import Iterator
from ipaddress import ip_network

import pytest
from argon2 import PasswordHasher

from agent_console.doors.address import client_address
from agent_console.doors.pace import BURST_S, MOST_ASKERS, Pace
from agent_console.texts_format import wait
from cobranca.people.passwords import (
    MOST_WAITING,
    HashingBusy,
    Passwords,
    WeakPassword,
    generated,
    require_strong,
)

PROXIES = [ip_network("10.0.0.0/8"), ip_network("::1/128")]


def test_a_bucket_empties_and_fills_at_its_rate() -> None:
    pace = Pace(per_s=10)
    burst = round(10 * BURST_S)
    assert [pace.take("ana", 0.0) for _ in range(burst + 1)] == [True] * burst + [False]
    assert pace.take("bia", 0.0)
    assert [pace.take("ana", 0.1) for _ in range(2)] == [True, False]
    assert [pace.take("ana", 1000.0) for _ in range(burst + 1)].count(True) == burst


def test_a_clock_that_goes_back_gives_nothing() -> None:
    pace = Pace(per_s=0.5)
    assert pace.take("ana", 100.0)
    assert not pace.take("ana", 50.0)


def test_who_was_quiet_longest_is_forgotten() -> None:
    pace = Pace(per_s=0.5)
    assert pace.take("first", 0.0)
    assert not pace.take("first", 0.0)
    for number in range(MOST_ASKERS):
        pace.take(str(number), 0.0)
    assert pace.take("first", 0.0)


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("200.1.2.3", [], "200.1.2.3"),
        ("200.1.2.3", ["1.1.1.1"], "200.1.2.3"),  # no proxy of ours says so
        ("10.0.0.1", ["200.1.2.3"], "200.1.2.3"),
        ("10.0.0.1", ["6.6.6.6, 200.1.2.3, 10.9.9.9"], "200.1.2.3"),
        ("10.0.0.1", ["6.6.6.6", "200.1.2.3"], "200.1.2.3"),
        ("10.0.0.1", ["10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", ["nonsense"], "unknown"),
        ("::1", ["2001:db8::7"], "2001:db8::7"),
        (None, [], "unknown"),
    ],
)
def test_the_address_is_what_our_own_proxies_say(
    peer: str | None, forwarded: list[str], address: str
) -> None:
    assert client_address(peer, forwarded, PROXIES) == address


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.1, "1 segundo"), (15, "15 segundos"), (61, "2 minutos"), (900, "15 minutos")],
)
def test_a_wait_is_rounded_up(seconds: float, said: str) -> None:
    assert wait(seconds) == said


def test_generated_passwords_are_strong_and_differ() -> None:
    made = {generated() for _ in range(200)}
    assert len(made) == 200
    for password in made:
        require_strong(password, password[:3])  # a short login may stand in it by chance


@pytest.mark.parametrize("weak", ["curta", "x" * 20, "a" * 129, "ana Ana ANA ana", ""])
def test_a_weak_password_is_refused(weak: str) -> None:
    with pytest.raises(WeakPassword):
        require_strong(weak, "ana")


@pytest.fixture
def quick() -> Iterator[Passwords]:
    passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    yield passwords
    passwords.close()


async def test_a_password_matches_its_hash_alone(quick: Passwords) -> None:
    stored = await quick.hash("minha frase longa")
    assert stored.startswith("$argon2id$")
    assert await quick.matches(stored, "minha frase longa")
    assert not await quick.matches(stored, "minha frase longa ")
    assert not await quick.matches(None, "minha frase longa")
    assert not await quick.matches("no hash", "minha frase longa")
    assert not await quick.matches(stored, "m" * 10_000_000)


async def test_nobody_costs_as_much_as_somebody() -> None:
    passwords = Passwords()
    try:
        stored = await passwords.hash("minha frase longa")
        await passwords.prepare()
        took = []
        for known in (stored, None) * 3:
            began = time.process_time()
            await passwords.matches(known, "outra")
            took.append(time.process_time() - began)
    finally:
        passwords.close()
    assert min(took) > max(took) / 4


async def test_a_flood_of_passwords_is_turned_away(quick: Passwords) -> None:
    quick._waiting = MOST_WAITING
    with pytest.raises(HashingBusy):
        await quick.hash("minha frase longa")

"""Nobody acts beyond his own lease, however long he stood still."""

from __future__ import annotations

from dialer.shell.mandate import Mandate


class Now:
    def __init__(self) -> None:
        self.s = 100.0

    def __call__(self) -> float:
        return self.s


def test_it_ends_with_the_lease_counted_from_before_it_was_asked_for() -> None:
    now = Now()
    mandate = Mandate(3.0, asked_s=98.0, now_s=now)
    now.s = 100.9
    assert mandate.stands
    now.s = 101.0
    assert not mandate.stands


def test_a_renewal_counts_from_its_asking() -> None:
    now = Now()
    mandate = Mandate(3.0, asked_s=100.0, now_s=now)
    now.s = 102.0
    mandate.renewed(101.0)
    now.s = 103.9
    assert mandate.stands
    now.s = 104.0
    assert not mandate.stands


def test_a_lapsed_one_is_not_renewed_even_if_nobody_else_took_office() -> None:
    now = Now()
    mandate = Mandate(3.0, asked_s=100.0, now_s=now)
    now.s = 160.0  # stopped for a minute
    mandate.renewed(160.0)
    assert not mandate.stands


def test_one_that_was_found_lapsed_does_not_come_back_with_a_late_answer() -> None:
    now = Now()
    mandate = Mandate(3.0, asked_s=100.0, now_s=now)
    now.s = 103.5
    assert not mandate.stands
    mandate.renewed(102.0)
    assert not mandate.stands


def test_an_ended_one_stays_so() -> None:
    now = Now()
    mandate = Mandate(3.0, asked_s=100.0, now_s=now)
    mandate.end()
    mandate.renewed(100.0)
    assert not mandate.stands

"""What fails is tried again later and later, and never given up."""

from __future__ import annotations

from cobranca.outbox_runner import LONGEST_PAUSE_S, again_in_s


def test_pauses_double_up_to_an_hour() -> None:
    assert [again_in_s(tries) for tries in range(5)] == [1, 2, 4, 8, 16]
    assert again_in_s(11) == 2048
    assert again_in_s(12) == LONGEST_PAUSE_S == 3600
    assert again_in_s(10_000) == LONGEST_PAUSE_S

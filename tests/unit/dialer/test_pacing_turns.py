"""Campaigns take turns at what is free."""

from __future__ import annotations

from typing import cast

from dialer.campaigns.running import Running
from dialer.shell.pacing_loop import in_turn


def test_each_campaign_is_first_as_often_as_the_others() -> None:
    campaigns = cast("list[Running]", ["a", "b", "c"])
    rounds = [in_turn(campaigns, turn) for turn in range(6)]
    assert "".join(str(order[0]) for order in rounds) == "abcabc"
    assert all(sorted(map(str, order)) == ["a", "b", "c"] for order in rounds)


def test_none_has_no_turn() -> None:
    assert in_turn([], 5) == []

"""A start broken off by Ctrl-C leaves nothing, however far it had come."""

from __future__ import annotations

import pytest

from foundation.home import Home
from tests.integration.embedded.test_up_interrupted import broken_off, place

__all__ = ["place"]  # a fixture


@pytest.mark.timeout(600)
@pytest.mark.parametrize("words", ["valkey pronto", "campanha", "dialer pronto"])
async def test_a_start_that_is_broken_off_leaves_nothing(place: Home, words: str) -> None:
    assert await broken_off(place, words) == (0, [], set())

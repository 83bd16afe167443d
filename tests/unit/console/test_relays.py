"""What a TURN server believes: its own arithmetic, done again here."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from agent_console.softphone.relays import LIFE, relays

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
URLS = ("turn:relay.example:3478?transport=udp", "turn:relay.example:3478?transport=tcp")


def test_a_server_with_the_secret_finds_the_same_signature() -> None:
    (one,) = relays(URLS, "common", "00ff", NOW)
    ends, page = one.username.split(":")
    assert one.urls == URLS
    assert page == "00ff"
    assert datetime.fromtimestamp(int(ends), UTC) == NOW + LIFE
    signed = hmac.new(b"common", one.username.encode(), hashlib.sha1).digest()
    assert base64.b64decode(one.credential) == signed


def test_it_outlives_a_shift() -> None:
    assert timedelta(hours=12) < LIFE < timedelta(days=1)


@pytest.mark.parametrize(("urls", "secret"), [((), "common"), (URLS, None), (URLS, "")])
def test_without_a_server_or_a_secret_there_is_none(
    urls: tuple[str, ...], secret: str | None
) -> None:
    assert relays(urls, secret, "00ff", NOW) == ()


def test_the_secret_is_not_in_what_is_given() -> None:
    assert "common" not in repr(relays(URLS, "common", "00ff", NOW))

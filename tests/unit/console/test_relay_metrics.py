"""The console tells monitoring whether the TURN server answers it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from agent_console.softphone import relay_metrics
from agent_console.softphone.relay_metrics import RelayMetrics, asked
from sim.containers.turning import message

SUCCESS = 0x0101


@contextmanager
def relay(answer: Callable[[bytes], bytes]) -> Iterator[str]:
    """Answers once; the argument is the mark that it was asked with."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as far:
        far.bind(("127.0.0.1", 0))
        far.settimeout(10)

        def serve() -> None:
            request, who = far.recvfrom(2048)
            assert request == message(0x0001, request[8:20], [])
            far.sendto(answer(request[8:20]), who)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{far.getsockname()[1]}"
        thread.join()


def test_an_answer_is_timed() -> None:
    with relay(lambda mark: message(SUCCESS, mark, [])) as where:
        answer_s = asked(where)
    assert answer_s is not None
    assert answer_s > 0


@pytest.mark.parametrize(
    "answer",
    [
        lambda mark: message(0x0111, mark, []),
        lambda mark: message(SUCCESS, bytes(12), []),
        lambda mark: b"?",
    ],
    ids=["an error", "another's mark", "no STUN"],
)
def test_what_is_no_answer_counts_as_none(answer: Callable[[bytes], bytes]) -> None:
    with relay(answer) as where:
        assert asked(where) is None


@pytest.mark.parametrize("where", ["127.0.0.1:9", "turn.invalid:3478"])
def test_where_nobody_is_there_is_no_answer(
    monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setattr(relay_metrics, "LIMIT_S", 0.2)
    assert asked(where) is None


@pytest.mark.parametrize(("answer_s", "up"), [(None, "0.0"), (0.25, "1.0")])
def test_it_is_up_when_it_answered_last(answer_s: float | None, up: str) -> None:
    registry, found = CollectorRegistry(), RelayMetrics()
    registry.register(found)
    found.answer_s = answer_s
    shown = generate_latest(registry).decode()
    assert f"acordo_turn_up {up}\n" in shown
    assert ("acordo_turn_answer_seconds 0.25\n" in shown) == (up == "1.0")

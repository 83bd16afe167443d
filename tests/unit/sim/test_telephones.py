"""Many callers' sound in one socket: what came, and what was pressed."""

from __future__ import annotations

import socket

import pytest

from sim.bench.robot import telephones
from sim.bench.robot.rtp import ALAW, EVENT, Sender
from sim.bench.robot.telephones import QUIET, Telephones


def test_each_call_is_heard_by_itself_and_its_keys_are_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(telephones, "_QUIET_AFTER_S", 60.0)
    keys = [[(0.0, "5")], []]
    switches = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
    with Telephones("127.0.0.1", lambda: keys.pop(0)) as callers:
        for source, switch in enumerate(switches):
            switch.setblocking(False)
            sender = Sender(source, QUIET)
            for _ in range(10):
                switch.sendto(sender.packet(), ("127.0.0.1", callers.port))
        kinds: list[list[int]] = [[], []]
        while kinds[0].count(EVENT) < 8 or ALAW not in kinds[1]:
            callers.talk(0.05)
            for heard, switch in zip(kinds, switches, strict=True):
                heard += _kinds(switch)
        for switch in switches:
            switch.close()
    heard_calls = sorted(callers.calls.items(), key=lambda each: each[0][1])
    assert [call.numbers for _, call in heard_calls] == [list(range(1, 11))] * 2
    assert kinds[0].count(EVENT) == 8
    assert EVENT not in kinds[1]


def _kinds(switch: socket.socket) -> list[int]:
    found = []
    while True:
        try:
            found.append(switch.recv(2048)[1] & 0x7F)
        except BlockingIOError:
            return found

"""Frames that come late, as a receiver counts them."""

from __future__ import annotations

import random
import time

import numpy as np
import pytest

from sim.bench.robot.beat import FRAME_S, late_frames
from sim.bench.robot.bystander import stand_by
from sim.bench.robot.lines import keys_of
from sim.bench.robot.rtp import EVENT, MARKER, Sender, sequence_and_source

FRAMES = 500


def beat(frames: int = FRAMES) -> tuple[list[float], list[int]]:
    return [1000.0 + n * FRAME_S for n in range(frames)], list(range(frames))


def test_a_steady_beat_has_none_whatever_its_first_number() -> None:
    at_s, numbers = beat()
    begun = [(65_500 + n) % 65_536 for n in numbers]
    for each in (numbers, begun):
        late = late_frames(at_s, each)
        assert (late.frames, late.late) == (FRAMES, 0)


@pytest.mark.parametrize(("behind_s", "late"), [(0.015, 0), (0.025, 3)])
def test_what_comes_more_than_20_ms_after_its_place_is_late(
    behind_s: float, late: int
) -> None:
    at_s, numbers = beat()
    for place in (100, 200, 300):
        at_s[place] += behind_s
    assert late_frames(at_s, numbers).late == late


def test_sound_that_stood_still_and_is_caught_up_with_is_late_until_then() -> None:
    at_s, numbers = beat()
    for place in range(100, 105):  # due at 2.0 to 2.08, all at 2.1
        at_s[place] = at_s[105]
    assert late_frames(at_s, numbers).late == 4  # the fifth is 20 ms late, not more


def test_where_nothing_came_the_missing_frames_are_late_and_a_new_beat_begins() -> None:
    at_s, numbers = beat()
    moved = [at + (0.5 if n >= 250 else 0.0) for n, at in enumerate(at_s)]
    judged = late_frames(moved, numbers)
    assert judged.late == 25  # half a second
    assert judged.worst_s == pytest.approx(0.52)


def test_a_bystander_tells_what_held_him_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a clock that stands still for 50 ms once, as when a host has the processor."""
    now_s, rests = 1000.0, 0

    def sleep(rest_s: float) -> None:
        nonlocal now_s, rests
        rests += 1
        now_s += rest_s + (0.05 if rests == 100 else 0.0)

    monkeypatch.setattr(time, "sleep", sleep)
    monkeypatch.setattr(time, "monotonic", lambda: now_s)
    judged = stand_by(10.0)
    assert (judged.frames, judged.late) == (FRAMES, 2)  # 50 and 30 ms behind; then 10
    assert judged.worst_s == pytest.approx(0.05)


def test_lost_packets_are_late() -> None:
    at_s, numbers = beat()
    kept = np.r_[0:100, 103:FRAMES]
    judged = late_frames([at_s[n] for n in kept], [numbers[n] for n in kept])
    assert (judged.frames, judged.late) == (FRAMES, 3)


def test_a_key_is_eight_packets_of_one_event() -> None:
    sender = Sender(7, bytes(160))
    assert sequence_and_source(sender.packet()) == (1, 7)
    assert sender.press("#")
    packets = [sender.packet() for _ in range(8)]
    assert [packet[1] for packet in packets] == [MARKER | EVENT] + [EVENT] * 7
    assert {packet[4:8] for packet in packets} == {packets[0][4:8]}  # one instant
    assert {packet[12] for packet in packets} == {11}
    assert [packet[13] >> 7 for packet in packets] == [0] * 5 + [1] * 3
    assert sequence_and_source(packets[0]) is None
    held = [int.from_bytes(packet[14:16], "big") for packet in packets]
    assert held == [160, 320, 480, 640, 800, 800, 800, 800]
    assert sequence_and_source(sender.packet()) == (10, 7)


def test_a_key_that_is_held_is_not_cut_by_the_next_one() -> None:
    sender = Sender(7, bytes(160))
    assert sender.press("1")
    first = [sender.packet() for _ in range(3)]
    assert not sender.press("2")
    first += [sender.packet() for _ in range(5)]
    assert {packet[12] for packet in first} == {1}
    assert sender.press("2")
    assert sender.packet()[12] == 2


def test_a_caller_presses_a_cpf_that_could_be_and_a_birth_date() -> None:
    pressed = "".join(key for _, key in keys_of(random.Random(1)))
    assert (pressed[0], pressed[12], pressed[21:]) == ("1", "1", "*9")
    assert len(pressed) == 23

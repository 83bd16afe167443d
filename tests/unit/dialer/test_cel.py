"""The switch's own record, as Asterisk 22 writes it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dialer.adapters import cel
from dialer.adapters.cel import SLICE, RecordUnread, read_cel, recorded
from tests.builders.call_record import cel_line as line

START = 1_795_297_000


def instant(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def write(path: Path, lines: Iterable[str]) -> Path:
    path.write_text("".join(lines), newline="")
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "Master.csv"


def test_a_call_is_read_from_its_lines(path: Path) -> None:
    lines = [
        line("CHAN_START", START, "a"),
        line("ANSWER", START + 2, "a"),
        line("HANGUP", START + 9, "a"),
        line("CHAN_START", START + 3, "b"),
        line("LAST_WORD", START + 4, "b", code=486),
        line("HANGUP", START + 4, "b", cause=17),
        line("CHAN_START", START + 5, "c"),
    ]
    calls = read_cel(write(path, lines), instant(START))
    assert (calls["a"].answered_at, calls["a"].cause) == (instant(START + 2), 16)
    busy = calls["b"]
    assert (busy.answered_at, busy.cause, busy.sip_code) == (None, 17, 486)
    assert not calls["c"].hung_up


def test_who_was_taken_from_the_robot_is_told(path: Path) -> None:
    lines = [
        line("CHAN_START", START, "a"),
        line("TAKEN", START + 5, "a"),
        line("HANGUP", START + 9, "a"),
        line("HANGUP", START + 9, "b"),
    ]
    calls = read_cel(write(path, lines), instant(START))
    assert (calls["a"].taken_at, calls["b"].taken_at) == (instant(START + 5), None)


def test_a_call_that_went_on_by_another_route_is_told_by_its_last_channel(
    path: Path,
) -> None:
    refused = [
        line("CHAN_START", START, "a"),
        line("LAST_WORD", START + 1, "a", code=503),
        line("HANGUP", START + 1, "a", cause=34),
    ]
    again = [line("CHAN_START", START + 2, "a"), line("HANGUP", START + 30, "a", cause=19)]
    assert read_cel(write(path, refused), instant(START))["a"].sip_code == 503
    call = read_cel(write(path, refused + again[:1]), instant(START))["a"]
    assert (call.hung_up, call.sign_of_life) == (False, False)
    call = read_cel(write(path, refused + again), instant(START))["a"]
    assert (call.cause, call.sip_code, call.sign_of_life) == (19, None, False)


@pytest.mark.parametrize(
    ("code", "life", "final"),
    [(None, False, None), (100, False, None), (180, True, None), (183, True, None),
     (480, True, 480)],
)  # fmt: skip
def test_the_networks_last_word_tells_a_ring_in_vain_from_silence(
    path: Path, code: int | None, life: bool, final: int | None
) -> None:
    words = [] if code is None else [line("LAST_WORD", START + 30, "a", code=code)]
    write(path, [*words, line("HANGUP", START + 30, "a", cause=19)])
    call = read_cel(path, instant(START))["a"]
    assert (call.sign_of_life, call.sip_code) == (life, final)


def test_a_half_written_line_and_garbage_are_left_out(path: Path) -> None:
    write(path, [line("HANGUP", START, "a"), '"HANGUP","17952'])
    assert list(read_cel(path, instant(START))) == ["a"]


def test_a_line_torn_by_a_full_disk_spoils_no_other(path: Path) -> None:
    torn = line("HANGUP", START, "a")[:40]
    rest = [line("HANGUP", START + n, f"b{n}") for n in range(3)]
    assert sorted(read_cel(write(path, [torn, *rest]), instant(START))) == [
        "b0",
        "b1",
        "b2",
    ]


def test_no_file_is_no_record(path: Path) -> None:
    assert read_cel(path, instant(START)) == {}


def test_a_long_record_is_searched_and_not_read_from_its_beginning(path: Path) -> None:
    write(path, [line("HANGUP", START + n, f"c{n}") for n in range(20_000)])
    assert path.stat().st_size > 10 * SLICE
    calls = read_cel(path, instant(START + 19_990))
    assert sorted(calls) == sorted(f"c{n}" for n in range(19_990, 20_000))


def test_a_call_whose_lines_lie_in_two_parts_is_read_whole(path: Path) -> None:
    write(path.with_name("Master.csv.001"), [line("CHAN_START", START, "a")])
    write(path.with_name("Master.csv.002"), [line("ANSWER", START + 2, "a")])
    call = read_cel(write(path, [line("HANGUP", START + 9, "a")]), instant(START))["a"]
    assert (call.started_at, call.answered_at) == (instant(START), instant(START + 2))
    assert call.hung_up


def test_only_the_channels_asked_for_are_kept(path: Path) -> None:
    write(path, [line("HANGUP", START, name) for name in ("a", "b", "c")])
    assert set(read_cel(path, instant(START), {"b", "x"})) == {"b"}


def a_long_record(path: Path, megabytes: int) -> Path:
    block = "".join(line("HANGUP", START, f"c{n}") for n in range(10_000)).encode()
    with path.open("wb") as file:
        for _ in range(megabytes * 2**20 // len(block)):
            file.write(block)
    return path


async def test_a_record_of_200_mb_is_read_beside_the_event_loop(path: Path) -> None:
    a_long_record(path, 200)
    with path.open("a") as file:
        file.write(line("HANGUP", START + 1, "wanted", cause=17))
    rounds = 0
    reading = asyncio.create_task(recorded(path, instant(START), {"wanted"}))
    while not reading.done():
        await asyncio.sleep(0)
        rounds += 1
    assert (await reading)["wanted"].cause == 17
    assert rounds > 100  # one, if the reading held the loop


async def test_a_reading_that_takes_too_long_is_given_up_and_ends(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_long_record(path, 20)
    monkeypatch.setattr(cel, "READ_LIMIT_S", 0.001)
    with pytest.raises(RecordUnread, match="Master"):
        await recorded(path, instant(START), {"wanted"})


def test_a_reading_given_up_reads_no_further(path: Path) -> None:
    a_long_record(path, 2)
    answers = iter([False, True])
    calls = read_cel(path, instant(START), given_up=lambda: next(answers))
    assert 0 < len(calls) < 10_000
    assert next(answers, None) is None

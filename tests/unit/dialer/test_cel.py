"""The switch's own record, as Asterisk 22 writes it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from dialer.adapters.cel import SLICE, read_cel

START = 1_795_297_000


def line(event: str, at: float, channel: str, cause: int = 16) -> str:
    extra = json.dumps({"hangupcause": cause, "dialstatus": ""}).replace('"', '""')
    shown = extra if event == "HANGUP" else ""
    name = f"PJSIP/trunk-{channel}"
    return f'"{event}","{at:.6f}","{channel}","{channel}","{name}","{shown}"\r\n'


def instant(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def test_a_call_is_read_from_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    lines = [
        line("CHAN_START", START, "a"),
        line("ANSWER", START + 2, "a"),
        line("HANGUP", START + 9, "a"),
        line("CHAN_START", START + 3, "b"),
        line("HANGUP", START + 4, "b", cause=17),
        line("CHAN_START", START + 5, "c"),
    ]
    path.write_text("".join(lines), newline="")
    calls = read_cel(path, instant(START))
    assert (calls["a"].answered_at, calls["a"].cause) == (instant(START + 2), 16)
    assert (calls["b"].answered_at, calls["b"].cause) == (None, 17)
    assert not calls["c"].hung_up


def test_a_half_written_line_and_garbage_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    path.write_text(line("HANGUP", START, "a") + '"HANGUP","17952', newline="")
    assert list(read_cel(path, instant(START))) == ["a"]


def test_no_file_is_no_record(tmp_path: Path) -> None:
    assert read_cel(tmp_path / "none.csv", instant(START)) == {}


def test_a_long_record_is_searched_and_not_read_from_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"
    lines = [line("HANGUP", START + n, f"c{n}") for n in range(20_000)]
    path.write_text("".join(lines), newline="")
    assert path.stat().st_size > 10 * SLICE
    calls = read_cel(path, instant(START + 19_990))
    assert sorted(calls) == sorted(f"c{n}" for n in range(19_990, 20_000))

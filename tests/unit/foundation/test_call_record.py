"""Turning the switch's record over: one rename, few parts, and nothing lost on refusal."""

from __future__ import annotations

import errno
from contextlib import ExitStack
from pathlib import Path

import pytest

from foundation import call_record
from foundation.call_record import has_room, old_parts, opened, turn_over


@pytest.fixture
def current(tmp_path: Path) -> Path:
    return tmp_path / "Master.csv"


def test_a_short_record_stays(current: Path) -> None:
    current.write_text("line\n")
    assert turn_over(current, part_bytes=6) is None
    assert turn_over(current.with_name("none.csv")) is None
    assert current.read_text() == "line\n"


def test_a_long_record_becomes_a_part_and_the_oldest_goes(current: Path) -> None:
    for turn in range(7):
        current.write_text(f"{turn}\n")
        assert turn_over(current, part_bytes=1, keep=3) is not None
    assert not current.exists()
    assert [part.read_text() for part in old_parts(current)] == ["4\n", "5\n", "6\n"]


def test_who_writes_while_it_is_turned_over_writes_into_the_part(current: Path) -> None:
    with current.open("a") as switch:
        switch.write("first\n")
        switch.flush()
        part = turn_over(current, part_bytes=1)
        switch.write("second\n")
    assert part is not None
    assert part.read_text() == "first\nsecond\n"


def test_all_is_opened_oldest_first(current: Path) -> None:
    for text in "abc":
        current.write_text(text)
        turn_over(current, part_bytes=1)
    current.write_text("d")
    with ExitStack() as stack:
        assert [file.read() for file in opened(current, stack)] == [b"a", b"b", b"c", b"d"]


def test_a_part_turned_over_while_it_is_opened_is_not_missed(
    current: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    current.write_text("a")
    listed = old_parts

    def just_after(path: Path) -> list[Path]:
        turn_over(path, part_bytes=1)
        return listed(path)

    monkeypatch.setattr(call_record, "old_parts", just_after)
    with ExitStack() as stack:
        assert b"a" in [file.read() for file in opened(current, stack)]


def test_a_folder_that_is_not_ours_loses_nothing(
    current: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: Path, target: Path) -> Path:
        raise OSError(errno.EROFS, "Read-only file system")

    current.write_text("line\n")
    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(OSError, match="Read-only"):
        turn_over(current, part_bytes=1)
    assert current.read_text() == "line\n"


def test_room_is_what_the_disk_has_free(
    current: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert has_room(current.parent / "none" / "Master.csv")
    monkeypatch.setattr(call_record, "ROOM_BYTES", 2**62)
    assert not has_room(current)

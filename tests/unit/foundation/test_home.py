"""The state folder: its version, and several who prepare it at once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from foundation.home import STATE_VERSION, Home, StateFromNewerVersion


def test_many_who_prepare_it_at_once_find_one_version(tmp_path: Path) -> None:
    failures: list[BaseException] = []

    def prepare() -> None:
        try:
            for _ in range(20):
                Home(tmp_path / "var").prepare()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=prepare) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert (tmp_path / "var" / "version").read_text() == f"{STATE_VERSION}\n"


def test_a_version_cut_off_while_it_was_written_is_written_again(tmp_path: Path) -> None:
    (tmp_path / "version").write_text("")
    Home(tmp_path).prepare()
    assert (tmp_path / "version").read_text() == f"{STATE_VERSION}\n"


def test_state_of_a_newer_version_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "version").write_text(f"{STATE_VERSION + 1}\n")
    with pytest.raises(StateFromNewerVersion):
        Home(tmp_path).prepare()
    assert [path.name for path in tmp_path.iterdir()] == ["version"]

"""The committed names of applications and functions are those of the real Asterisk."""

from __future__ import annotations

from pathlib import Path

from foundation.development.dialplan import ask_asterisk, committed

AGAIN = "write them again: .venv/bin/python -m foundation.development.dialplan names"


def test_the_committed_names_are_what_the_real_asterisk_lists(tmp_path: Path) -> None:
    real, ours = ask_asterisk(tmp_path), committed()
    # the repository's Asterisk moves within its major version; what it can do must not
    assert real.asterisk.split(".")[0] == ours.asterisk.split(".")[0]
    assert real.applications == ours.applications, AGAIN
    assert real.functions == ours.functions, AGAIN

"""Whether another process is gone: yes only where this machine knows it for certain."""

from __future__ import annotations

import subprocess
import sys

from foundation.living import is_gone, name_of_this, pid_of, short

SAY = """
from foundation.living import name_of_this

print(name_of_this(), flush=True)
input()
"""


def test_a_process_is_gone_once_it_has_ended_and_been_waited_for() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SAY],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        name = process.stdout.readline().strip()
        assert pid_of(name) == process.pid
        assert not is_gone(name)
        process.kill()
        process.wait()
        assert is_gone(name)


def test_one_does_not_take_oneself_for_gone() -> None:
    assert not is_gone(name_of_this())


def test_another_process_with_that_number_is_not_it() -> None:
    name, _, _ = name_of_this().rpartition("-")
    assert is_gone(f"{name}-1")


def test_of_another_machine_or_another_start_of_it_nothing_is_known() -> None:
    where, _, life = name_of_this().partition("/")
    number = where.rpartition(":")[2]
    assert not is_gone(f"elsewhere:{number}/{life}")
    assert not is_gone(f"{where}/00000000-{life.partition('-')[2]}")
    assert not is_gone("somebody")
    assert not is_gone("")
    assert short("somebody") == "somebody"

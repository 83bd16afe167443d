"""The supervisor on real processes: order, restart, back-off, and a stop that ends."""

from __future__ import annotations

import asyncio
import io
import os
import select
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from foundation import spare, supervision
from foundation.embedded.program import Program
from foundation.process_log import ProcessLog
from foundation.supervision import Child, NeverServed, State, Supervisor


class _Bench:
    """A supervisor whose console and changes can be read."""

    def __init__(self, folder: Path) -> None:
        self.console = io.StringIO()
        self.log = ProcessLog(folder, self.console)
        self.supervisor = Supervisor(self.log, self._changed)
        self.seen: list[tuple[str, State]] = []
        self._news = asyncio.Event()

    def _changed(self, children: Sequence[Child]) -> None:
        for child in children:
            entry = (child.program.name, child.state)
            if entry not in self.seen[-len(children) :]:
                self.seen.append(entry)
        self._news.set()

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not true():
                self._news.clear()
                await self._news.wait()

    def child(self, name: str) -> Child:
        return next(one for one in self.supervisor.children if one.program.name == name)

    def pid(self, name: str) -> int:
        process = self.child(name).process
        assert process is not None
        return process.pid


@pytest_asyncio.fixture
async def bench(tmp_path: Path) -> AsyncIterator[_Bench]:
    bench = _Bench(tmp_path)
    yield bench
    await bench.supervisor.stop()
    bench.log.close()


def _program(name: str, script: str, ready: Path, *, limit_s: float = 10.0) -> Program:
    return Program(
        name=name, argv=("sh", "-c", script), ready=ready.exists, start_limit_s=limit_s
    )


async def test_start_returns_when_it_serves_and_not_before(
    bench: _Bench, tmp_path: Path
) -> None:
    gate, ready = tmp_path / "gate", tmp_path / "ready"
    os.mkfifo(gate)
    program = _program("a", f"read x <{gate}; touch {ready}; exec sleep 1000", ready)
    starting = asyncio.create_task(bench.supervisor.start(program))
    file = await asyncio.to_thread(gate.open, "w")  # opens when the program reads
    with file:
        assert not starting.done()
        assert bench.child("a").state is State.STARTING
        file.write("go\n")
    async with asyncio.timeout(10):
        await starting
    assert bench.child("a").state is State.READY


async def test_what_served_is_started_again_at_once(bench: _Bench, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    await bench.supervisor.start(_program("a", f"touch {ready}; exec sleep 1000", ready))
    first = bench.pid("a")
    killed_at = time.monotonic()
    os.kill(first, signal.SIGKILL)
    child = bench.child("a")
    await bench.until(lambda: child.restarts == 1 and child.state is State.READY)
    # no pause before it: the first of the pauses would be seen as WAITING
    assert ("a", State.WAITING) not in bench.seen
    assert bench.pid("a") != first
    assert time.monotonic() - killed_at < 10
    assert "a caiu (SIGKILL); reiniciando" in bench.console.getvalue()


async def test_a_stage_starts_together_and_fails_together(
    bench: _Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervision, "FIRST_PAUSE_S", 0.001)
    one, other = tmp_path / "one", tmp_path / "other"
    wait = "while [ ! -e {} ]; do sleep 0.01; done; touch {}; exec sleep 1000"
    # each serves only when the other runs
    await bench.supervisor.start(
        _program("a", f"touch {one}.on; " + wait.format(f"{other}.on", one), one),
        _program("b", f"touch {other}.on; " + wait.format(f"{one}.on", other), other),
    )
    with pytest.raises(NeverServed, match=r"^d$"):
        await bench.supervisor.start(
            _program("c", "exec sleep 1000", tmp_path / "never"),
            _program("d", "exit 1", tmp_path / "never"),
        )
    await bench.supervisor.stop()
    assert {child.process for child in bench.supervisor.children} == {None}


async def test_what_never_serves_is_given_up(
    bench: _Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervision, "FIRST_PAUSE_S", 0.01)
    with pytest.raises(NeverServed, match="a"):
        await bench.supervisor.start(_program("a", "echo broken; exit 3", tmp_path / "no"))
    console = bench.console.getvalue()
    assert console.count("broken") == supervision.TRIES
    pauses = [line.split()[-2] for line in console.splitlines() if "tentativa" in line]
    assert pauses == ["0.01", "0.02", "0.04", "0.08"]


async def test_what_served_once_is_never_given_up(
    bench: _Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervision, "FIRST_PAUSE_S", 0.001)
    monkeypatch.setattr(supervision, "LONGEST_PAUSE_S", 0.01)
    ready, tries = tmp_path / "ready", tmp_path / "tries"
    script = (
        f"echo x >>{tries}; n=$(wc -l <{tries}); [ $n -eq 1 ] || [ $n -ge 9 ] || exit 1;"
        f"touch {ready}; exec sleep 1000"
    )
    await bench.supervisor.start(_program("a", script, ready))
    ready.unlink()
    os.kill(bench.pid("a"), signal.SIGKILL)
    child = bench.child("a")
    await bench.until(lambda: child.restarts == 8 and child.state is State.READY)
    assert tries.read_text().split() == ["x"] * 9


COPIED = """
import os, signal, sys, time
from foundation.spare import copy_at_each_word
waits, works, ready = sys.argv[1:]
def note(file):
    with open(file, "a") as notes:
        notes.write(f"{os.getpid()}\\n")
note(waits)
copy_at_each_word()
signal.signal(signal.SIGTERM, lambda *_: (print("bye", flush=True), sys.exit(0)))
print("copied", sys.stdin.read() == "", os.getpgid(0) == os.getpid(), flush=True)
note(works)  # from here on it may be killed
open(ready, "w").close()
time.sleep(1000)
"""


def _copied(name: str, folder: Path) -> Program:
    """It notes who waits, and each copy of it who works."""
    files = [folder / "waits", folder / "works", folder / name]
    argv = (sys.executable, "-c", COPIED, *map(str, files))
    return Program(name=name, argv=argv, ready=files[2].exists, spare=True)


def _noted(file: Path) -> list[int]:
    return [int(line) for line in file.read_text().split()] if file.exists() else []


async def _noted_by(file: Path, how_many: int) -> list[int]:
    async with asyncio.timeout(20):
        while len(found := _noted(file)) < how_many:
            await asyncio.sleep(0.01)
    return found


async def test_copies_of_what_waits_take_the_place_of_what_died(
    bench: _Bench, tmp_path: Path
) -> None:
    await bench.supervisor.start(_copied("a", tmp_path))
    (source,) = _noted(tmp_path / "waits")
    for nth in range(1, 5):  # close together: nothing is read again
        works = await _noted_by(tmp_path / "works", nth)
        await bench.until(lambda nth=nth: bench.child("a").restarts == nth - 1)  # type: ignore[misc]
        await bench.until(lambda: bench.child("a").state is State.READY)
        assert bench.pid("a") == works[-1] != source
        os.kill(works[-1], signal.SIGKILL)
    last = (await _noted_by(tmp_path / "works", 5))[-1]
    await bench.until(lambda: bench.child("a").restarts == 4)
    assert _noted(tmp_path / "waits") == [source]
    await bench.supervisor.stop()
    assert bench.console.getvalue().count("copied True True") == 5
    assert bench.console.getvalue().count("a caiu (SIGKILL); reiniciando") == 4
    assert "bye" in bench.console.getvalue()
    assert not psutil.pid_exists(last)
    assert not psutil.pid_exists(source)


async def test_a_copy_dies_with_its_source_and_another_source_is_begun(
    bench: _Bench, tmp_path: Path
) -> None:
    await bench.supervisor.start(_copied("a", tmp_path))
    (first,) = await _noted_by(tmp_path / "works", 1)
    os.kill(_noted(tmp_path / "waits")[0], signal.SIGKILL)
    second = (await _noted_by(tmp_path / "works", 2))[1]
    assert second != first
    with suppress(psutil.NoSuchProcess):  # whoever inherits it may be slow to bury it
        assert psutil.Process(first).status() == psutil.STATUS_ZOMBIE
    assert len(_noted(tmp_path / "waits")) == 2


async def test_a_source_of_another_program_is_not_used(
    bench: _Bench, tmp_path: Path
) -> None:
    await bench.supervisor.start(_copied("a", tmp_path))
    (first,) = await _noted_by(tmp_path / "works", 1)
    child = bench.child("a")
    child.program = replace(child.program, env={"WHAT": "another"})
    os.kill(first, signal.SIGKILL)
    await _noted_by(tmp_path / "works", 2)
    gone, now = _noted(tmp_path / "waits")
    assert not psutil.pid_exists(gone)
    assert psutil.pid_exists(now)


async def test_a_source_that_dies_while_it_reads_is_tried_again(
    bench: _Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervision, "FIRST_PAUSE_S", 0.001)
    broken = Program(name="a", argv=("sh", "-c", "exit 3"), ready=bool, spare=True)
    with pytest.raises(NeverServed, match="a"):
        await bench.supervisor.start(broken)
    told = bench.console.getvalue().count("O processo de reserva terminou")
    assert told == supervision.TRIES


async def test_a_source_left_alone_asks_its_copy_to_stop(tmp_path: Path) -> None:
    """As when the supervisor is killed: the kernel tells the source, which passes it on."""
    log = ProcessLog(tmp_path, console := io.StringIO())
    source = await spare.source(_copied("a", tmp_path), log)
    copy = await source.copy()
    await _noted_by(tmp_path / "works", 1)
    os.kill(_noted(tmp_path / "waits")[0], signal.SIGTERM)
    async with asyncio.timeout(20):
        assert await copy.wait() == 0
    assert copy.returncode == 0
    await source.end()
    log.close()
    assert "bye" in console.getvalue()


async def test_stop_goes_in_reverse_order(bench: _Bench, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        ready = tmp_path / name
        script = (
            f"trap 'echo bye; exit 0' TERM; touch {ready}; while :; do sleep 0.05; done"
        )
        await bench.supervisor.start(_program(name, script, ready))
    await bench.supervisor.stop()
    lines = bench.console.getvalue().splitlines()
    assert [line.split()[0] for line in lines if line.endswith("bye")] == ["c", "b", "a"]
    assert all(child.state is State.STOPPED for child in bench.supervisor.children)


async def test_deaf_programs_cannot_delay_a_stop(bench: _Bench, tmp_path: Path) -> None:
    watches = []
    for name in ("a", "b", "c"):
        ready = tmp_path / name
        script = f"trap '' TERM; touch {ready}; while :; do sleep 1000; done"
        await bench.supervisor.start(_program(name, script, ready))
        pids = {bench.pid(name)}
        while len(pids) < 2:  # its own child, which it never waits for in time
            pids |= {one.pid for one in psutil.Process(bench.pid(name)).children()}
        watches += [os.pidfd_open(pid) for pid in pids]
    began = time.monotonic()
    await bench.supervisor.stop()
    assert time.monotonic() - began < 10
    for watch in watches:
        ended, _, _ = select.select([watch], [], [], 5)
        os.close(watch)
        assert ended


async def test_stop_while_one_is_still_starting(bench: _Bench, tmp_path: Path) -> None:
    program = _program("a", "exec sleep 1000", tmp_path / "never", limit_s=1000)
    starting = asyncio.create_task(bench.supervisor.start(program))
    await bench.until(lambda: bool(bench.supervisor.children and bench.child("a").process))
    pid = bench.pid("a")
    starting.cancel()
    await asyncio.wait({starting})
    await bench.supervisor.stop()
    assert not psutil.pid_exists(pid)


async def test_a_missing_program_is_said_by_name(
    bench: _Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervision, "FIRST_PAUSE_S", 0.001)
    program = Program(name="a", argv=(str(tmp_path / "absent"),), ready=bool)
    with pytest.raises(NeverServed):
        await bench.supervisor.start(program)
    assert "No such file" in bench.console.getvalue()


def test_lines_carry_the_name_and_stay_in_files_of_limited_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("foundation.process_log.LIMIT_BYTES", 100)
    console = io.StringIO()
    log = ProcessLog(tmp_path, console)
    log.feed("dialer", "ligação".encode()[:-1])
    log.feed("dialer", "ligação".encode()[-1:] + b"\nhalf")
    log.end("dialer")
    for number in range(100):
        log.feed("ura", f"line {number:03}\n".encode())
    log.close()
    assert console.getvalue().startswith(
        "dialer           | ligação\ndialer           | half\n"
    )
    assert (tmp_path / "dialer.log").read_text() == "ligação\nhalf\n"
    files = sorted(path.name for path in tmp_path.glob("ura.log*"))
    assert files == ["ura.log", "ura.log.1", "ura.log.2"]
    assert all((tmp_path / name).stat().st_size <= 110 for name in files)
    assert (tmp_path / "ura.log").stat().st_mode & 0o777 == 0o600


def test_a_full_disk_costs_lines_and_not_the_supervisor(tmp_path: Path) -> None:
    (tmp_path / "ura.log").symlink_to("/dev/full")
    console = io.StringIO()
    log = ProcessLog(tmp_path, console)
    log.feed("ura", b"still here\n")
    log.close()
    assert "still here" in console.getvalue()

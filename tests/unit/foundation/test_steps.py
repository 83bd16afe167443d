"""A command that loads early and works when it is told."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from foundation.cli import Failure
from foundation.embedded.program import Program
from foundation.process_log import ProcessLog
from foundation.steps import stepwise

ANSWERS = (
    "import sys\n"
    "for line in sys.stdin:\n"
    "    if line.strip() == 'fail': sys.exit('sem rede')\n"
    "    print('andando', file=sys.stderr, flush=True)\n"
    "    print(f'{line.strip()} feito', flush=True)\n"
)
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"


def _program(script: str) -> Program:
    return Program(name="passos", argv=(sys.executable, "-c", script), ready=lambda: False)


@pytest.fixture
def said(tmp_path: Path) -> Iterator[tuple[ProcessLog, io.StringIO]]:
    console = io.StringIO()
    log = ProcessLog(tmp_path, console)
    yield log, console
    log.close()


async def test_a_step_returns_when_it_is_answered(
    said: tuple[ProcessLog, io.StringIO],
) -> None:
    log, console = said
    async with stepwise(_program(ANSWERS), log) as do:
        await do("um")
        assert "um feito" in console.getvalue()
        assert "dois" not in console.getvalue()
        await do("dois")
    lines = [line.partition("| ")[2] for line in console.getvalue().splitlines()]
    assert sorted(lines) == ["andando", "andando", "dois feito", "um feito"]


async def test_a_command_that_ends_instead_is_a_failure_with_its_words(
    said: tuple[ProcessLog, io.StringIO],
) -> None:
    log, console = said
    with pytest.raises(Failure, match="passos terminou com 1"):
        async with stepwise(_program(ANSWERS), log) as do:
            await do("fail")
    assert "sem rede" in console.getvalue()


async def test_what_does_not_end_is_ended(
    said: tuple[ProcessLog, io.StringIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("foundation.steps.END_LIMIT_S", 0.2)
    script = f"print(__import__('os').getpid(), flush=True); {DEAF}"
    log, console = said
    async with stepwise(_program(script), log) as do:
        await do("anything")  # its first line is taken for the answer
    pid = int(console.getvalue().rpartition("| ")[2])
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)

"""The state of a running `acordo up`, kept in `status.json` of the state folder.

Written by the supervisor alone. Others read it: `acordo status`, and the next
`acordo up`, which ends what a killed supervisor left running.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

import click
import psutil

from foundation.cli import Failure
from foundation.home import Home
from foundation.settings import ProcessSettings
from foundation.settings_reading import read_settings
from foundation.supervision import Child

FILE = "status.json"
LEFTOVER_LIMIT_S = 10.0
_CLOCK_TOLERANCE_S = 2.0  # a start time is kept in ticks since boot
_WORDS = {
    "starting": "subindo",
    "ready": "pronto",
    "waiting": "aguardando",
    "stopped": "parado",
    "health": "saúde",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """One process as the supervisor last wrote it."""

    name: str
    pid: int | None
    state: str
    restarts: int = 0
    started_at: float | None = None  # epoch seconds
    argv: list[str] = field(default_factory=list)
    addresses: dict[str, str] = field(default_factory=dict)

    def process(self) -> psutil.Process | None:
        """The living process, or None when the number is free or belongs to another."""
        if self.pid is None or self.started_at is None:
            return None
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(self.pid)
            same_start = abs(process.create_time() - self.started_at) < _CLOCK_TOLERANCE_S
            # a launcher may have put another program in front of its own arguments
            arguments = self.argv[1:]
            same_command = process.cmdline()[-len(arguments) :] == arguments
            if same_start and same_command and process.status() != psutil.STATUS_ZOMBIE:
                return process
        return None


class StatusFile:
    """Writes the states of the children whenever one changes."""

    def __init__(self, home: Home) -> None:
        self._path = home.root / FILE

    def write(self, children: Sequence[Child]) -> None:
        content = {"processes": [asdict(_seen(child)) for child in children]}
        draft = self._path.with_suffix(".new")
        # a full disk makes this file old; it must not end the processes
        with suppress(OSError):
            handle = os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
            with open(handle, "w", encoding="utf-8") as file:
                json.dump(content, file, indent=1)
            draft.replace(self._path)

    def remove(self) -> None:
        self._path.unlink(missing_ok=True)


def read(home: Home) -> list[Seen]:
    """What the last supervisor wrote; nothing when none runs or it stopped cleanly."""
    try:
        content = json.loads((home.root / FILE).read_text("utf-8"))
        return [Seen(**entry) for entry in content["processes"]]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return []  # half a file after a crash says nothing


def end_leftovers(home: Home) -> list[str]:
    """End what a killed supervisor left running; return the names. Hold the lock."""
    living = [(seen, seen.process()) for seen in reversed(read(home))]
    found = {process.pid: (seen.name, process) for seen, process in living if process}
    processes = [process for _, process in found.values()]
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    _, deaf = psutil.wait_procs(processes, timeout=LEFTOVER_LIMIT_S)
    for process in deaf:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(deaf, timeout=LEFTOVER_LIMIT_S)
    return [name for name, _ in found.values()]


def table(processes: Sequence[Seen]) -> list[str]:
    """What runs where, in lines for people."""
    rows = [("processo", "pid", "estado", "endereços")]
    for seen in processes:
        where = "  ".join(
            f"{_WORDS.get(name, name)} {address}"
            for name, address in seen.addresses.items()
        )
        rows.append((seen.name, str(seen.pid or "-"), _WORDS[seen.state], where))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return [
        f"{row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:<{widths[2]}}  {row[3]}"
        for row in rows
    ]


def seen_now(children: Sequence[Child]) -> list[Seen]:
    """The same rows from the supervisor's own knowledge."""
    return [_seen(child) for child in children]


def _seen(child: Child) -> Seen:
    pid = None if child.process is None else child.process.pid
    started_at = None
    if pid is not None:
        with suppress(psutil.NoSuchProcess):
            started_at = psutil.Process(pid).create_time()
    return Seen(
        name=child.program.name,
        pid=pid,
        state=str(child.state),
        restarts=child.restarts,
        started_at=started_at,
        argv=list(child.program.argv),
        addresses=dict(child.program.addresses),
    )


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Resposta para programas.")
def status(as_json: bool) -> None:
    """Mostra o que está rodando, e onde."""
    settings = read_settings(ProcessSettings)
    processes = [seen for seen in read(Home(settings.home)) if seen.process()]
    if as_json:
        json.dump(_answer(settings.home, processes), sys.stdout, indent=1)
        click.echo()
    elif processes:
        click.echo("\n".join(table(processes)))
    if not processes:
        raise Failure(f"nada está rodando em {settings.home}")


def _answer(home: Path, processes: Sequence[Seen]) -> dict[str, object]:
    rows = [asdict(seen) for seen in processes]
    for row in rows:
        del row["argv"]
    return {"home": str(home), "running": bool(processes), "processes": rows}

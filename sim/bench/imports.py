"""Import: rows per second and memory, on the embedded PostgreSQL, by the real command."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from sim.bench.figures import Figure
from sim.bench.stack import database_only
from sim.demo import write_csv

ROWS, QUICK_ROWS = 100_000, 20_000
LIMIT_S = 60.0
MEMORY_MB = 300.0  # what the program itself needs, with room; growing with rows is a fault
_POLL_S = 0.05


def measure(quick: bool) -> list[Figure]:
    """Import a generated file of one instalment a row or more; then the same file again."""
    rows = QUICK_ROWS if quick else ROWS
    with database_only() as environment, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "devedores.csv"
        write_csv(path, rows)
        lines = path.read_bytes().count(b"\n") - 1
        first_s, peak_mb = _run(path, environment)
        again_s, _ = _run(path, environment)
    per_second = lines / first_s
    return [
        Figure(
            what=f"import of {lines:,} rows ({rows:,} debtors)",
            value=per_second,
            unit="rows/s",
            compared_with=f"{first_s:.1f} s in all",
            aim=f"100,000 rows in < {LIMIT_S:.0f} s",
            met=ROWS / per_second < LIMIT_S,
        ),
        Figure(
            what="peak memory of the command",
            value=peak_mb,
            unit="MB",
            aim=f"< {MEMORY_MB:.0f} MB whatever the rows",
            met=peak_mb < MEMORY_MB,
        ),
        Figure(
            what="the same file again (nothing changes)",
            value=lines / again_s,
            unit="rows/s",
        ),
    ]


def _run(path: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Seconds and peak resident MB of one `acordo import debtors`."""
    command = [sys.executable, "-m", "foundation", "import", "debtors", str(path)]
    command += ["--creditor", "Medida", "--portfolio", "Medida", "--json"]
    started = time.monotonic()
    process = psutil.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        try:
            peak = max(peak, process.memory_info().rss)
        except psutil.NoSuchProcess:
            break
        time.sleep(_POLL_S)
    if process.wait() != 0:
        raise RuntimeError("the import failed; its words are above")
    return time.monotonic() - started, peak / 2**20

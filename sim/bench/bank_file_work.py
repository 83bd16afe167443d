"""A bank's file read for all its steps, as a process of its own (`sim.bench.bank_file`).

Nothing is entered: what is measured is what reading costs beside the payments themselves.
Prints its seconds and the most memory that one step added as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.payments.bank_files import Kind, read_bank_file
from cobranca.payments.file_lines import keep_lines, next_money
from cobranca.payments.file_taking import keep
from cobranca.payments.returns import STEP
from foundation.db.engine import connect
from foundation.settings import ProcessSettings
from sim.bench.cnab_work import peak_anew, peak_kb


async def main(name: str, content: bytes, bank: str) -> dict[str, float]:
    """Keep the file as it is sent, keep its lines as the first step does, then go on."""
    before_kb = peak_anew()
    started = time.perf_counter()
    file = read_bank_file(content, banks=[bank])
    once_s = time.perf_counter() - started
    once_kb = peak_kb() - before_kb
    engine = connect(ProcessSettings())
    try:
        async with engine.begin() as connection:
            kept = await keep(connection, file, content, name=name, by="bench")
            started = time.perf_counter()
            await keep_lines(connection, kept.id, bank, content)
            lines_s = time.perf_counter() - started
            kind, count = file.kind, len(file.money)
            del file, content
            before_kb = peak_anew()
            started = time.perf_counter()
            steps = await _steps(connection, kept.id, kind, count)
            steps_s = time.perf_counter() - started
    finally:
        await engine.dispose()
    return {
        "once_s": once_s,
        "once_mb": once_kb / 1024,
        "lines_s": lines_s,
        "steps": steps,
        "steps_s": steps_s,
        "step_mb": (peak_kb() - before_kb) / 1024,
    }


async def _steps(connection: AsyncConnection, name: UUID, kind: Kind, count: int) -> int:
    """Read what each step takes; returns how many there were."""
    taken = steps = 0
    while some := await next_money(connection, name, kind, taken, STEP):
        taken, steps = taken + len(some), steps + 1
    if taken != count:
        raise RuntimeError(f"{taken} of {count} payments read")
    return steps


if __name__ == "__main__":
    file = Path(sys.argv[1])
    print(json.dumps(asyncio.run(main(file.name, file.read_bytes(), sys.argv[2]))))

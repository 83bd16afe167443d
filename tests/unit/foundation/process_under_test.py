"""A process for test_process.py: `python -m ... WHAT PORT`."""

from __future__ import annotations

import asyncio
import sys

from foundation import process
from foundation.cli import Failure
from foundation.health import CannotRun
from foundation.settings import ProcessSettings
from tests.unit.foundation.listener import TestListener

CPF = "529.982.247-25"


async def forever() -> None:
    await asyncio.Event().wait()


async def explode() -> None:
    await asyncio.sleep(0)
    raise ValueError(f"CPF {CPF}")


async def refuse() -> None:
    await asyncio.sleep(0)
    raise CannotRun("o banco de dados não respondeu.")


async def body(own: process.Process, what: str) -> None:
    if what == "deaf":
        await forever()
    own.start({"explode": explode, "refuse": refuse}.get(what, forever)(), "work")
    await own.stopping.wait()
    print("stopped by itself", flush=True)


if __name__ == "__main__":
    what, port = sys.argv[1], int(sys.argv[2])
    process.GRACE_S = 0.2 if what == "deaf" else process.GRACE_S
    try:
        process.run(
            "teste", ProcessSettings(), TestListener(port), lambda own: body(own, what)
        )
    except Failure as failure:
        failure.show()
        sys.exit(failure.exit_code)

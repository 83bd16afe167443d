"""x"""

from __future__ import annotations

from pathlib import Path

from foundation.process import Process
from sim.carrier.settings import CarrierSettings


async def run(process: Process, settings: CarrierSettings, trace: Path | None) -> None:
    """X."""

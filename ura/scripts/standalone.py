"""The inbound conversation as a plain AGI script: one process, one call, no database.

Opening hours are those of the settings, by this machine's clock.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime

from foundation.cli import Failure
from foundation.process import read_settings
from ura.adapters.agi_script import ScriptChannel, ScriptMissing
from ura.ports import CallOver
from ura.scripts.inbound import inbound
from ura.settings import UraSettings


def run() -> None:
    """Hold the call on standard input and output to its end; Failure without pyst2."""
    settings = read_settings(UraSettings)
    try:
        channel = ScriptChannel(sys.stdin, sys.stdout)
        asyncio.run(inbound(channel, datetime.now(UTC), settings.ura.opening()))
    except ScriptMissing as error:
        raise Failure(str(error)) from error
    except CallOver:
        return  # he hung up: nothing is left to do, and nothing is wrong

"""Settings of the console."""

from __future__ import annotations

from pydantic import ConfigDict

from foundation import settings


class Console(settings.Console):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ConsoleSettings(settings.ProcessSettings):
    """What `acordo console` reads."""

    console: Console = Console()

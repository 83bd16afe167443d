"""Settings of the simulated telephone network."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, Field

from foundation.settings import Carrier, ProcessSettings


class CarrierSection(Carrier):
    """Where the network listens is the default route: `ACORDO_TRUNK__HOST` and `__PORT`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sip_host: str | None = Field(
        None, description="address to listen on; default: the default route's host"
    )
    trace: Path | None = Field(None, description="what the network does with each call")
    engine: Literal["asterisk", "sipp"] = Field(
        "asterisk", description="who plays the network"
    )
    listens: bool = Field(
        False, description="record what each person who picks up hears (Asterisk alone)"
    )


class CarrierSettings(ProcessSettings):
    carrier: CarrierSection = CarrierSection()

    @property
    def sip_host(self) -> str:
        return self.carrier.sip_host or self.trunk.host

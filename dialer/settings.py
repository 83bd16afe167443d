"""Settings of the dialer."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from foundation.settings import Dialer, ProcessSettings


class DialerOptions(Dialer):
    model_config = ConfigDict(frozen=True, extra="forbid")

    lease_s: float = Field(3.0, gt=0, description="leadership is lost after this silence")
    record: bool = Field(True, description="record answered calls")
    max_call_s: int = Field(3600, gt=0, description="a call is ended after this time")


class DialerSettings(ProcessSettings):
    dialer: DialerOptions = DialerOptions()

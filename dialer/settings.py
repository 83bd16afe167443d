"""Settings of the dialer."""

from __future__ import annotations

from pydantic import Field

from foundation.settings import Listener, ProcessSettings, Section


class DialerOptions(Section):
    health_host: str = "127.0.0.1"
    health_port: int = Field(9101, ge=0, le=65535)
    lease_s: float = Field(3.0, gt=0, description="leadership is lost after this silence")
    record: bool = Field(True, description="record answered calls")
    max_call_s: int = Field(3600, gt=0, description="a call is ended after this time")


class DialerSettings(ProcessSettings):
    dialer: DialerOptions = DialerOptions()


__all__ = ["DialerOptions", "DialerSettings", "Listener"]

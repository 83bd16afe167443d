"""Settings of the simulated outside: the bank of the demonstration."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from foundation.settings import Console, Outside, ProcessSettings


class OutsideSection(Outside):
    model_config = ConfigDict(frozen=True, extra="forbid")

    notice_delay_s: float = Field(
        0.2, ge=0, le=3600, description="at most so long until the bank tells of a Pix"
    )
    notice_twice: float = Field(0.1, ge=0, le=1, description="share told twice")
    notice_lost: float = Field(0.0, ge=0, le=1, description="share never told")


class OutsideSettings(ProcessSettings):
    """What `acordo outside` reads."""

    outside: OutsideSection = OutsideSection()
    console: Console = Console()

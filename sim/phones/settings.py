"""Settings of the simulated agents and their headsets."""

from __future__ import annotations

from pathlib import Path

from pydantic import ConfigDict, Field

from foundation.settings import Phones, ProcessSettings

DEMO_SCENARIO = Path(__file__).parents[1] / "scenarios" / "demo.toml"


class PhonesSection(Phones):
    model_config = ConfigDict(frozen=True, extra="forbid")

    agents: int = Field(12, ge=1, le=999, description="how many sit down")
    first: int = Field(1, ge=1, le=999, description="number of the first one")
    scenario: Path | None = Field(
        None, description="whose [agents] say how they work; default: the demonstration's"
    )
    seed: int = Field(1, ge=0)


class PhonesSettings(ProcessSettings):
    phones: PhonesSection = PhonesSection()

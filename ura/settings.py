"""Settings of the URA."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from foundation import settings
from ura.flow.opening_hours import Hours, OpeningHours


def _hours(text: str) -> str:
    Hours.parse(text)
    return text


HoursText = Annotated[str, AfterValidator(_hours)]


class Ura(settings.Ura):
    model_config = ConfigDict(frozen=True, extra="forbid")

    calls: int = Field(300, ge=1, le=5000, description="calls served at once")
    recognisers: int = Field(
        1, ge=0, le=16, description="processes that recognise who answered; 0: none"
    )
    weekday: HoursText = Field(
        "08:00-20:00",
        description="opening hours Monday to Friday, São Paulo; empty: closed",
    )
    saturday: HoursText = Field("08:00-14:00", description="the same, on Saturdays")
    sunday: HoursText = Field("", description="the same, on Sundays")
    holiday: HoursText = Field("", description="the same, on holidays")
    uf: str = Field(
        "SP", pattern="^([A-Z]{2})?$", description="state whose holidays count; empty: none"
    )

    def opening(self) -> OpeningHours:
        return OpeningHours(
            weekday=Hours.parse(self.weekday),
            saturday=Hours.parse(self.saturday),
            sunday=Hours.parse(self.sunday),
            holiday=Hours.parse(self.holiday),
            uf=self.uf or None,
        )


class UraSettings(settings.ProcessSettings):
    """What `acordo ura` reads."""

    ura: Ura = Ura()

"""Settings of the URA."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from cobranca.inbound.opening_hours import Hours, OpeningHours
from cobranca.payments.settings import Bank
from foundation import settings
from ura.speaking.shipped import PIECES

_NUMBER = re.compile(r"\+?[0-9]{3,15}")


def _hours(text: str) -> str:
    Hours.parse(text)
    return text


def _numbers(text: str) -> str:
    wrong = [each for each in _split(text) if not _NUMBER.fullmatch(each)]
    if wrong:
        raise ValueError(f"não é um número de telefone: {wrong[0]}")
    return text


def _split(text: str) -> list[str]:
    return [each for each in re.split(r"[,\s]+", text) if each]


HoursText = Annotated[str, AfterValidator(_hours)]
NumbersText = Annotated[str, AfterValidator(_numbers)]


class Ura(settings.Ura):
    model_config = ConfigDict(frozen=True, extra="forbid")

    calls: int = Field(300, ge=1, le=5000, description="calls served at once")
    recognisers: int = Field(
        1, ge=0, le=16, description="processes that recognise who answered; 0: none"
    )
    talks_on: NumbersText = Field(
        "",
        description="our numbers where the automatic conversation answers, with commas; "
        "empty: none, calls go to agents",
    )
    speech: int = Field(
        1, ge=0, le=16, description="processes that recognise answers; 0: keys only"
    )
    vosk: Path | None = Field(
        None,
        description="folder of a Vosk model that recognises answers; empty: whisper does",
    )
    voice: Literal["espeak-ng", "pyttsx3"] = Field(
        "espeak-ng", description="program that says what has no recording"
    )
    pieces: Path = Field(
        PIECES,
        description="folder of the recorded pieces of what it says, by the names of ours",
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

    def talking(self) -> frozenset[str]:
        """Digits of the numbers where the automatic conversation answers."""
        return frozenset(each.removeprefix("+") for each in _split(self.talks_on))

    def opening(self) -> OpeningHours:
        return OpeningHours.written(
            self.weekday, self.saturday, self.sunday, self.holiday, self.uf
        )


class UraSettings(settings.ProcessSettings):
    """What `acordo ura` reads."""

    ura: Ura = Ura()
    bank: Bank = Bank()

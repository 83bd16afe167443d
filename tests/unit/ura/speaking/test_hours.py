"""Opening hours in words, and as the file that the switch plays."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from cobranca.inbound.opening_hours import OpeningHours
from ura.ports import Samples, Voice, VoiceFailed
from ura.speaking.hours_in_words import hours_in_words
from ura.speaking.recordings import read_wav
from ura.told_hours import AGAIN_S, RECORDED, UNTOLD, ToldHours

NINE_TO_SIX = OpeningHours.written("09:00-18:00", "", "", "", "SP")
TEN_TO_FOUR = OpeningHours.written("10:00-16:00", "", "", "", "SP")
MORNINGS = OpeningHours.written("08:00-12:00", "", "", "", "SP")


class Hums:
    """A voice that is there, or not; `asked` are the texts, `cannot` one it fails at."""

    def __init__(self, *, there: bool = True, cannot: str = "") -> None:
        self.there, self.cannot, self.asked = there, cannot, list[str]()
        self.sought = 0

    async def say(self, text: str, *, last: bool) -> Samples:
        self.asked.append(text)
        if text == self.cannot:
            raise VoiceFailed("o programa parou")
        return np.full(800, 0.1)

    async def given(self) -> tuple[str, Voice]:
        self.sought += 1
        if not self.there:
            raise VoiceFailed("falta o programa")
        return "hums", self


@pytest.mark.parametrize(
    ("week", "said"),
    [
        (("08:00-20:00", "08:00-14:00", "", ""),
         "de segunda a sexta, das oito às vinte horas, e aos sábados, das oito às "
         "quatorze horas, exceto nos feriados"),
        (("09:30-18:15", "09:30-18:15", "", "10:00-12:00"),
         "de segunda a sábado, das nove e trinta às dezoito e quinze, e nos feriados, "
         "das dez às doze horas"),
        (("00:00-24:00", "00:00-24:00", "00:00-24:00", ""),
         "todos os dias, o dia todo, exceto nos feriados"),
        (("01:00-24:00", "", "00:00-01:00", ""),
         "de segunda a sexta, da uma à meia-noite, e aos domingos, da meia-noite à uma "
         "hora, exceto nos feriados"),
        (("08:00-20:00", "09:00-13:00", "09:00-13:00", "10:00-11:00"),
         "de segunda a sexta, das oito às vinte horas, aos sábados e domingos, das nove "
         "às treze horas, e nos feriados, das dez às onze horas"),
    ],
)  # fmt: skip
def test_hours_are_said_as_people_say_them(
    week: tuple[str, str, str, str], said: str
) -> None:
    words = hours_in_words(OpeningHours.written(*week, "SP"))
    assert words == (
        f"Olá! Nosso atendimento funciona {said}. "
        "Por favor, ligue novamente nesse horário. Obrigada."
    )


def test_a_number_without_people_promises_none() -> None:
    words = hours_in_words(OpeningHours.written("", "", "", "", ""))
    assert words == "Olá! Neste número não há atendimento por pessoas. Obrigada por ligar."


async def test_each_number_has_its_own_hours_and_the_usual_ones_are_recorded(
    tmp_path: Path,
) -> None:
    voice = Hums()
    hours = ToldHours(tmp_path / "voice", voice.given)
    assert (hours.played(OpeningHours()), hours.played(NINE_TO_SIX)) == (RECORDED, UNTOLD)
    for _ in range(2):
        await hours.speak([OpeningHours(), NINE_TO_SIX])
    assert voice.asked == [hours_in_words(NINE_TO_SIX)]
    sound = read_wav(Path(f"{hours.played(NINE_TO_SIX)}.wav"))
    assert sound is not None
    assert len(sound) == 800


async def test_a_voice_that_was_away_is_sought_again_ever_more_rarely(
    tmp_path: Path,
) -> None:
    voice, now_s = Hums(there=False), [0.0]
    hours = ToldHours(tmp_path, voice.given, lambda: now_s[0])
    tried: list[int] = []
    for second in range(0, 4 * 3600, 10):
        now_s[0] = float(second)
        await hours.speak([NINE_TO_SIX])
        if len(tried) < voice.sought:
            tried.append(second)
    assert tried[:4] == [0, 30, 90, 210]  # after 30 s, 60 s, 120 s ...
    assert max(b - a for a, b in itertools.pairwise(tried)) == AGAIN_S[1]
    assert hours.played(NINE_TO_SIX) == UNTOLD
    voice.there, now_s[0] = True, now_s[0] + AGAIN_S[1]
    await hours.speak([NINE_TO_SIX])
    assert hours.played(NINE_TO_SIX) != UNTOLD


async def test_hours_that_cannot_be_spoken_keep_no_others_from_it(tmp_path: Path) -> None:
    bad, others = NINE_TO_SIX, [TEN_TO_FOUR, MORNINGS]
    voice = Hums(cannot=hours_in_words(bad))
    hours = ToldHours(tmp_path, voice.given)
    await hours.speak([bad, *others])
    assert hours.played(bad) == UNTOLD
    assert all(hours.played(one) != UNTOLD for one in others)

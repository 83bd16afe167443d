"""The program that speaks when nothing else does: the machine's own, else unpacked."""

from __future__ import annotations

import numpy as np

from foundation.embedded import tools
from foundation.settings import ProcessSettings
from foundation.sound import RATE_HZ
from ura.adapters.espeak_voice import PROGRAM, EspeakVoice


async def test_espeak_says_a_text_at_the_telephones_rate() -> None:
    command = tools.program(PROGRAM, ProcessSettings(), print)
    sound = await EspeakVoice(command).say("Bom dia, tudo bem?", last=True)
    assert 0.8 < len(sound) / RATE_HZ < 3.0
    assert 0.01 < float(np.sqrt(np.mean(sound**2))) < 0.5

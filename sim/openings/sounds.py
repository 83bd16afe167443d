"""Makes the sound files of the labelled set, at need, into the state folder's cache.

The shell round `labelled` and `line`: the voices (Kokoro's neural ones and the program
espeak-ng), the GSM codec (the program sox), the files. A clip is made once per voice, speed
and text; an opening once per what it is made of.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import wave
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

from foundation.sound import RATE_HZ, Samples, decimated, levelled, trimmed, write_wav
from sim.openings.labelled import Opening
from sim.openings.line import alaw, assembled, on_the_line, ulaw
from ura.adapters.kokoro_voice import RATE_HZ as KOKORO_HZ
from ura.adapters.kokoro_voice import KokoroVoice, VoiceUnavailable

RECIPE = 1  # of clips: raise it when the same text must sound otherwise
WHOLE_RECIPE = 2  # of openings
SPOKEN_AT_DBFS = -20.0  # of clips; the opening has a level of its own
ROBOT_WPM = 165
BABBLE_OF = 5  # clips at once

Told = Callable[[int, int], None]  # clips made, clips wanted


class Sounds:
    """Files below `folder`; `models` is where `acordo models fetch kokoro` put its own."""

    def __init__(self, folder: Path, models: Path) -> None:
        self._clips = folder / "clips"
        self._whole = folder / "whole"
        self._models = models
        self._kokoro: KokoroVoice | None = None
        for needed in (self._clips, self._whole):
            needed.mkdir(parents=True, exist_ok=True)

    def made(self, openings: Sequence[Opening], told: Told = lambda n, of: None) -> None:
        """Make every clip that is not there; raises VoiceUnavailable."""
        wanted = [(o, text) for o in openings if o.voice for text in _texts(o)]
        for number, (opening, text) in enumerate(wanted, start=1):
            self._clip(opening, text)
            told(number, len(wanted))

    def path(self, opening: Opening, others: Sequence[Opening]) -> Path:
        """The opening's file, 8 kHz; those of `others` that robots read are the babble."""
        path = self._whole / name_of(opening)
        if not path.exists():
            write_wav(path, self._sound(opening, others))
        return path

    def _sound(self, opening: Opening, others: Sequence[Opening]) -> Samples:
        clips = [self._clip(opening, text) for text in _texts(opening)]
        gain = 10 ** ((opening.level_dbfs - SPOKEN_AT_DBFS) / 20)
        speech, again = ([*clips, np.zeros(0), np.zeros(0)])[:2]
        far_end = assembled(opening, speech * gain, again * gain)
        babble = self._babble(opening, others) if opening.noise == "babble" else np.zeros(0)
        heard = on_the_line(opening, far_end, babble)
        match opening.codec:
            case "gsm":
                return alaw(_through_gsm(heard))
            case "ulaw":
                return ulaw(heard)
            case _:
                return alaw(heard)

    def _babble(self, opening: Opening, others: Sequence[Opening]) -> Samples:
        speaking = [o for o in others if o.robot and o.id != opening.id]
        rng = np.random.default_rng(opening.seed + 2)
        chosen = rng.choice(
            len(speaking), size=min(BABBLE_OF, len(speaking)), replace=False
        )
        clips = [self._clip(speaking[int(n)], speaking[int(n)].text) for n in chosen]
        longest = max(len(clip) for clip in clips)
        mixed = np.sum([np.resize(clip, longest) for clip in clips], axis=0)
        return np.asarray(mixed / np.sqrt(np.mean(mixed**2)))

    def _clip(self, opening: Opening, text: str) -> Samples:
        key = _digest([RECIPE, opening.voice, round(opening.speed, 3), text])
        path = self._clips / f"{opening.voice}-{key}.wav"
        if not path.exists():
            spoken = (
                self._robot(opening, text) if opening.robot else self._neural(opening, text)
            )
            write_wav(path, levelled(trimmed(spoken, RATE_HZ), SPOKEN_AT_DBFS))
        return read(path)

    def _neural(self, opening: Opening, text: str) -> Samples:
        if self._kokoro is None:
            self._kokoro = KokoroVoice(self._models)
        raw = self._kokoro.synthesize(text, opening.voice, opening.speed)
        return decimated(np.asarray(raw, dtype=np.float64), KOKORO_HZ // RATE_HZ)

    def _robot(self, opening: Opening, text: str) -> Samples:
        speed = str(round(ROBOT_WPM * opening.speed))
        program = _program("espeak-ng")
        command = [program, "--stdout", "-v", opening.voice, "-s", speed, "--", text]
        done = subprocess.run(command, capture_output=True, timeout=30, check=True)
        with wave.open(io.BytesIO(done.stdout)) as file:
            rate = file.getframerate()
        pcm = np.frombuffer(done.stdout[44:], "<i2").astype(np.float64) / 32768
        return np.asarray(resample_poly(pcm, RATE_HZ, rate))


def name_of(opening: Opening) -> str:
    """The opening's file, which is another one as soon as it is made otherwise."""
    return f"{opening.id}-{_digest([WHOLE_RECIPE, asdict(opening)])}.wav"


def read(path: Path) -> Samples:
    """Samples of an 8 kHz file of ours."""
    with wave.open(str(path)) as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    return pcm.astype(np.float64) / 32767


def _texts(opening: Opening) -> list[str]:
    return [text for text in (opening.text, opening.again) if text]


def _through_gsm(samples: Samples) -> Samples:
    """There and back through GSM 06.10 full rate, as over a mobile network."""
    sox = _program("sox")
    raw = ["-t", "raw", "-r", str(RATE_HZ), "-e", "signed", "-b", "16", "-c", "1"]
    gsm = ["-t", "gsm", "-r", str(RATE_HZ), "-c", "1"]
    pcm = np.round(samples * 32767).astype("<i2").tobytes()
    coded = _run([sox, "-D", *raw, "-", *gsm, "-"], pcm)
    back = np.frombuffer(_run([sox, "-D", *gsm, "-", *raw, "-"], coded), "<i2")
    return back[: len(samples)].astype(np.float64) / 32767


def _run(command: list[str], given: bytes) -> bytes:
    done = subprocess.run(command, input=given, capture_output=True, timeout=30, check=True)
    return done.stdout


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise VoiceUnavailable(f"falta o programa {name}: sudo apt-get install {name}")
    return path


def _digest(of: object) -> str:
    text = json.dumps(of, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]

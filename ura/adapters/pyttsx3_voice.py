"""A Voice through pyttsx3, for whoever has voices of the system that it can reach.

pyttsx3 shares one engine among threads and may come back before its file is there; so each
text is said in a process of its own, one after the other, and the file is looked for.
Needs the package (`pip install pyttsx3`); nothing of the product rests on it.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from asyncio.subprocess import DEVNULL
from pathlib import Path

from ura.adapters.espeak_voice import from_wav
from ura.ports import Samples, VoiceFailed

WITHIN_S = 20.0
LACKS = 3  # exit status: the package is not installed
_PROGRAM = f"""
import sys
try:
    import pyttsx3
except ImportError:
    raise SystemExit({LACKS})
engine = pyttsx3.init()
wanted = sys.argv[3]
if wanted:
    engine.setProperty("voice", wanted)
engine.save_to_file(sys.argv[1], sys.argv[2])
engine.runAndWait()
"""


class Pyttsx3Voice:
    """As `ports.Voice`; one text at a time. `voice` is a name that pyttsx3 knows."""

    def __init__(self, voice: str = "") -> None:
        self._voice = voice
        self._turn = asyncio.Lock()

    async def say(self, text: str, *, last: bool) -> Samples:
        spoken = text if last else f"{text},"
        async with self._turn:
            with tempfile.TemporaryDirectory(prefix="acordo-voice-") as folder:
                file = Path(folder) / "said.wav"
                await self._run(spoken, file)
                if not file.is_file():
                    raise VoiceFailed("pyttsx3 não gravou a fala")
                return from_wav(file.read_bytes())

    async def _run(self, text: str, file: Path) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _PROGRAM, text, str(file), self._voice,
            stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL,
        )  # fmt: skip
        try:
            async with asyncio.timeout(WITHIN_S):
                await process.wait()
        except TimeoutError as error:
            process.kill()
            await process.wait()
            raise VoiceFailed("pyttsx3 não respondeu") from error
        if process.returncode == LACKS:
            raise VoiceFailed("falta o pacote pyttsx3: pip install 'acordo[pyttsx3]'")
        if process.returncode != 0:
            raise VoiceFailed(f"pyttsx3 terminou com {process.returncode}")

"""What automatic conversations are held with: a voice, recognition, the bank.

Without a voice there are none, without recognition they go by keys, without a bank no
code is sent; each is one clear line in the log, and calls are answered all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.payments.api_pix.connection import BankConnection
from foundation.clock import Clock
from foundation.crypto import Keys
from foundation.embedded import tools
from foundation.embedded.errors import ServerProblem
from foundation.home import Home
from foundation.observability import get_logger
from ura.adapters.bank_pix import BankPix
from ura.adapters.espeak_voice import PROGRAM, VOICE, EspeakVoice
from ura.adapters.pyttsx3_voice import Pyttsx3Voice
from ura.adapters.recognisers import PhraseRecognisers, VoskRecognisers
from ura.creditor_recordings import CreditorRecordings
from ura.flow.prompts import prompts
from ura.flow.reading import BadFlow
from ura.owed_calls import OwedCalls
from ura.ports import Voice, VoiceFailed
from ura.scripts.flows import SHIPPED, shipped
from ura.settings import UraSettings
from ura.speaking import shipped as shipped_voice
from ura.speaking.pieces import to_record
from ura.speaking.recordings import RecordedVoice
from ura.speaking.speaker import Speaker
from ura.steps.case import Means
from ura.talking import Talks

TRIAL = "Olá!"

log = get_logger(__name__)


@asynccontextmanager
async def talks_of(
    settings: UraSettings,
    engine: AsyncEngine,
    clock: Callable[[], Clock],
    *,
    wanted: bool,
    holder: UUID | None = None,
) -> AsyncIterator[Talks | None]:
    """Give the conversations that can be held while the block runs; None: none can.

    `wanted`: they are held at any of our numbers. `holder`: this life of the process.
    """
    voice = await _voice(settings) if wanted and _flows_are_read() else None
    if voice is None:
        yield None
        return
    async with AsyncExitStack() as stack:
        recogniser = await stack.enter_async_context(_recogniser(settings))
        recogniser.wake()
        keys, home = Keys.of(Home(settings.home)), Home(settings.home)
        owed = OwedCalls(home.root / "ura" / "owed", keys)
        means = Means(
            engine=engine,
            keys=keys,
            contact_clock=clock,
            opening=settings.ura.opening(),
            pix=await _pix(settings, engine, stack),
            owe=owed.owe,
        )
        speaker = Speaker(prompts(), voice, CreditorRecordings(engine))
        yield Talks(means, speaker, recogniser, lambda: recogniser.missing, owed, holder)


def _flows_are_read() -> bool:
    """Read before the first call, which a flow with an error would break: all of them."""
    refused = False
    for name in SHIPPED:
        try:
            shipped(name)
        except BadFlow as error:
            log.error("flow_refused", flow=name, why=str(error))
            refused = True
    return not refused


def _recogniser(settings: UraSettings) -> PhraseRecognisers:
    """Vosk where the user names a model of his, else Whisper."""
    workers = settings.ura.speech
    if settings.ura.vosk is not None:
        return VoskRecognisers(settings.ura.vosk, workers)
    return PhraseRecognisers(settings.cache / "models" / "whisper", workers)


async def live_voice(settings: UraSettings) -> tuple[str, Voice]:
    """The name of the voice that says what has no recording, and the voice."""
    if settings.ura.voice == "pyttsx3":
        return "pyttsx3", Pyttsx3Voice()
    command = await asyncio.to_thread(tools.program, PROGRAM, settings, log.info)
    return VOICE, EspeakVoice(command)


async def _voice(settings: UraSettings) -> RecordedVoice | None:
    """Recordings first, what is said live is kept; None when nothing can be said live."""
    kept = Home(settings.home).root / "voice"
    fixed = frozenset(piece.text for piece in to_record(prompts()))
    try:
        name, speaks = await live_voice(settings)
        live = RecordedVoice(kept, name, speaks, keeps=True, only=fixed)
        await live.say(TRIAL, last=True)
    except (VoiceFailed, ServerProblem, OSError) as error:
        log.error("no_voice", why=str(error))
        return None
    return RecordedVoice(settings.ura.pieces, shipped_voice.VOICE, live, keeps=False)


async def _pix(
    settings: UraSettings, engine: AsyncEngine, stack: AsyncExitStack
) -> BankPix | None:
    bank = settings.bank
    if not bank.in_use:
        log.info("no_bank")
        return None
    connection = await stack.enter_async_context(BankConnection(bank.access()))
    return BankPix(engine, connection, bank.key)

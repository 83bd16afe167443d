"""Renders the pieces of the automatic conversation with the neural voice, to be shipped.

Each piece (`ura.speaking.pieces`) is a file of its own, named after its text, voice and
melody: what is there is up to date, and what nobody says any more is taken away.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from foundation.sound import RATE_HZ, decimated, levelled, trimmed, write_wav
from ura.adapters.kokoro_voice import RATE_HZ as VOICE_RATE_HZ
from ura.flow.prompts import prompts
from ura.speaking.pieces import ENDS, Piece, inventory, to_record
from ura.speaking.recordings import file_name
from ura.speaking.shipped import PIECES, VOICE
from ura.voice_rendering import RenderingVoice

_OPEN = (",", ";", ":", *ENDS)
_FRAGMENT_PACE = 1.3  # the voice says a word alone more slowly than within a sentence


def path_of(piece: Piece) -> Path:
    """Where the recording of a piece is."""
    return PIECES / file_name(VOICE, piece.text, last=piece.last)


def lacking() -> list[Piece]:
    """Pieces that have no recording."""
    return [piece for piece in to_record(prompts()) if not path_of(piece).is_file()]


def left_over() -> list[Path]:
    """Recordings that no prompt needs any more."""
    needed = {path_of(piece) for piece in to_record(prompts())}
    return sorted(set(PIECES.glob("*.wav")) - needed)


def record(piece: Piece, voice: RenderingVoice) -> float:
    """Write the recording of a piece; return its seconds."""
    pace = _FRAGMENT_PACE if piece.text in inventory() else 1.0
    raw = np.asarray(voice.synthesize(in_melody(piece), VOICE, pace), dtype=np.float64)
    sound = levelled(trimmed(decimated(raw, VOICE_RATE_HZ // RATE_HZ), RATE_HZ))
    PIECES.mkdir(parents=True, exist_ok=True)
    write_wav(path_of(piece), sound)
    return len(sound) / RATE_HZ


def in_melody(piece: Piece) -> str:
    """The text with the sign that the voice takes its melody from: it ends, or goes on.

    >>> in_melody(Piece("dez", True, 0.0)), in_melody(Piece("dez", False, 0.0))
    ('dez.', 'dez,')
    """
    if piece.text.endswith(_OPEN):
        return piece.text
    return f"{piece.text}." if piece.last else f"{piece.text},"

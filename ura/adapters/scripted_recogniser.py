"""A Recogniser that knows beforehand what will be said: for trials without a model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ura.dialogue.understanding import Speech
from ura.ports import Samples


class ScriptedRecogniser:
    """Gives its texts in turn; None in the list: nobody has time just then."""

    def __init__(self, texts: Iterable[str | None]) -> None:
        self._texts = iter(texts)
        self.asked: list[tuple[float, tuple[str, ...], bool]] = []  # seconds, phrases, free

    async def speech(
        self, sound: Samples, phrases: Sequence[str], *, free: bool
    ) -> Speech | None:
        self.asked.append((len(sound) / 8_000, tuple(phrases), free))
        text = next(self._texts, "")
        return None if text is None else Speech(text)

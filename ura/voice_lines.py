"""The lines to be spoken: what each clip is, where its file goes, whether it is up to date.

Decides what must be rendered again from two committed files, `lines.toml` (the texts) and
`manifest.json` (what the audio was made from). Renders nothing and needs no model.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path

RECIPE = 1  # raise it when the same text must sound otherwise (levels, trimming, tones)

FOLDERS = {"agent": "agents", "music": "music"}  # other categories: the audio folder itself

CATEGORIES = (
    *("opening", "turn", "machine", "announcement", "agent"),  # the simulation
    *("prompt", "tone", "music"),  # the product
)
SYNTHS = ("confirm_tone", "comfort_music")
BEFORE = ("", "sit")
AFTER = ("", "beep")


class BadLines(Exception):
    """A lines file breaks its own rules; the message is in pt-BR and names the clip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """One sound: a text in a voice, or a sound made of sines (`synth`)."""

    id: str
    category: str
    text: str = ""
    voice: str = ""
    speed: float = 1.0  # 1.0 is natural
    before: str = ""  # "sit": the three tones of a network announcement
    after: str = ""  # "beep": a mailbox's tone
    synth: str = ""

    @property
    def file(self) -> str:
        """Return the file's name below the audio folder."""
        folder = FOLDERS.get(self.category, "")
        return f"{folder}/{self.id}.wav" if folder else f"{self.id}.wav"

    @property
    def fingerprint(self) -> str:
        """Return what the sound depends on, as one hash."""
        made_of = json.dumps([RECIPE, asdict(self)], sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(made_of.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Collection:
    """One lines file and the folder that its sounds are committed in."""

    name: str
    lines: Path
    audio: Path

    @property
    def manifest(self) -> Path:
        """Return the record of what the committed sounds were made from."""
        return self.audio / "manifest.json"


def load_lines(path: Path) -> tuple[Clip, ...]:
    """Read and check a lines file; raises `BadLines`."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))["clip"]
    clips: dict[str, Clip] = {}
    for table in tables:
        try:
            clip = Clip(**table)
        except TypeError as error:
            raise BadLines(
                f"{path.name}: chave desconhecida ou ausente ({error})"
            ) from error
        _check(clip, path)
        if clip.id in clips:
            raise BadLines(f"{path.name}: o id “{clip.id}” aparece duas vezes")
        clips[clip.id] = clip
    return tuple(clips.values())


def load_manifest(collection: Collection) -> dict[str, str]:
    """Return fingerprint by clip id; empty before the first rendering."""
    if not collection.manifest.exists():
        return {}
    entries: dict[str, str] = json.loads(collection.manifest.read_text(encoding="utf-8"))
    return entries


def save_manifest(collection: Collection, entries: dict[str, str]) -> None:
    """Write the manifest, sorted, so that its history reads well."""
    text = json.dumps(entries, indent=2, sort_keys=True, ensure_ascii=False)
    draft = collection.manifest.with_name("manifest.json.part")
    draft.write_text(text + "\n", encoding="utf-8")
    draft.replace(collection.manifest)


def stale(clips: tuple[Clip, ...], collection: Collection) -> tuple[Clip, ...]:
    """Return the clips whose file is missing or was made from something else."""
    made = load_manifest(collection)
    return tuple(
        clip
        for clip in clips
        if made.get(clip.id) != clip.fingerprint
        or not (collection.audio / clip.file).is_file()
    )


def _check(clip: Clip, path: Path) -> None:
    where = f"{path.name}: clipe “{clip.id}”"
    if not clip.id.isascii() or not clip.id.replace("_", "").isalnum():
        raise BadLines(f"{where}: o id só pode ter letras sem acento, algarismos e _")
    if clip.category not in CATEGORIES:
        raise BadLines(f"{where}: categoria desconhecida “{clip.category}”")
    if bool(clip.text) == bool(clip.synth):
        raise BadLines(f"{where}: dê um texto ou um synth, não os dois")
    if clip.text and not clip.voice:
        raise BadLines(f"{where}: falta a voz")
    if clip.synth and clip.synth not in SYNTHS:
        raise BadLines(f"{where}: synth desconhecido “{clip.synth}”")
    if clip.before not in BEFORE or clip.after not in AFTER:
        raise BadLines(f"{where}: before ou after desconhecido")

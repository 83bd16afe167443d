"""Which model files exist, and how one gets into the cache.

Decides: what counts as the right file (its sha256, nothing else) and in which order
sources are asked. Does not know how a source is spoken to: that is `ura.model_sources`.
Nothing here runs while calls are made; a person asks for it (`acordo models fetch`).
"""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ura.model_sources import (
    PackageSource,
    Progress,
    Source,
    SourceFailed,
    UrlSource,
    obtain,
)

DEFAULT_CACHE = Path("~/.cache/acordo/models")
CATALOGUE = Path(__file__).with_name("models.toml")
CHUNK = 1 << 20  # bytes

State = Literal["ausente", "incorreto", "pronto"]


class ModelError(Exception):
    """A model file cannot be had; the message is in pt-BR, for whoever asked for it."""


class UnknownModelSet(ModelError):
    """The catalogue has no set with this name."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        self.name, self.known = name, known
        super().__init__(
            f"não conheço o conjunto de modelos “{name}”; existem: {', '.join(known)}"
        )


class NoSourceAnswered(ModelError):
    """Every source of a file was asked and none gave the right bytes."""

    def __init__(self, file: str, reasons: tuple[tuple[str, str], ...]) -> None:
        self.file, self.reasons = file, reasons
        told = "\n".join(f"  - {source}: {reason}" for source, reason in reasons)
        super().__init__(
            f"nenhuma fonte entregou {file}:\n{told}\n"
            "Confira a conexão e tente de novo; o que já foi baixado é aproveitado."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """One file of one set, known by its hash."""

    set: str
    name: str
    size: int  # bytes
    sha256: str
    licence: str
    sources: tuple[Source, ...]

    def path_in(self, cache: Path) -> Path:
        """Return where this file lives below the cache folder."""
        return cache.expanduser() / self.set / self.name


@dataclass(frozen=True, slots=True)
class Asking:
    """A source is about to be asked (number counts from 1)."""

    file: ModelFile
    source: Source
    number: int


def load_catalogue(path: Path = CATALOGUE) -> tuple[ModelFile, ...]:
    """Read the catalogue; a missing key raises `KeyError` (it ships with the product)."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))["file"]
    return tuple(_file_from(table) for table in tables)


def set_named(name: str, catalogue: tuple[ModelFile, ...]) -> tuple[ModelFile, ...]:
    """Return the files of one set, in catalogue order."""
    found = tuple(file for file in catalogue if file.set == name)
    if not found:
        known = tuple(dict.fromkeys(file.set for file in catalogue))
        raise UnknownModelSet(name, known)
    return found


def state(file: ModelFile, cache: Path) -> State:
    """Tell whether the cache holds the file, and the right one."""
    path = file.path_in(cache)
    if not path.is_file():
        return "ausente"
    return "pronto" if _sha256_of(path) == file.sha256 else "incorreto"


def fetch(
    file: ModelFile,
    cache: Path,
    *,
    failed: set[str] | None = None,
    on_source: Callable[[Asking], None] = lambda asking: None,
    on_progress: Progress = lambda done, total: None,
) -> Path:
    """Return the file's path in the cache, asking its sources in order if it is not there.

    `failed` holds the labels of sources that failed for other files of the set, and is
    added to: those are asked after all others, so that a dead address is waited for once.
    A download goes to a `.part` beside its place and is renamed only when its sha256 is
    right, so another process never sees half a file.
    """
    target = file.path_in(cache)
    if state(file, cache) == "pronto":
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    reasons: list[tuple[str, str]] = []
    failed = set() if failed is None else failed
    in_order = sorted(file.sources, key=lambda source: source.label in failed)
    for number, source in enumerate(in_order, start=1):
        on_source(Asking(file, source, number))
        try:
            obtain(source, part, size=file.size, progress=on_progress)
            _accept(file, part, target)
        except SourceFailed as failure:
            reasons.append((source.label, failure.reason))
            failed.add(source.label)
        else:
            return target
    raise NoSourceAnswered(file.name, tuple(reasons))


def _accept(file: ModelFile, part: Path, target: Path) -> None:
    if _sha256_of(part) != file.sha256:
        part.unlink()  # wrong bytes must not be resumed
        raise SourceFailed("o conteúdo não é o esperado (sha256 diferente)")
    os.replace(part, target)


def _sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(CHUNK):
            digest.update(block)
    return digest.hexdigest()


def _file_from(table: dict[str, Any]) -> ModelFile:
    return ModelFile(
        set=table["set"],
        name=table["name"],
        size=table["size"],
        sha256=table["sha256"],
        licence=table["licence"],
        sources=tuple(_source_from(source) for source in table["source"]),
    )


def _source_from(table: dict[str, Any]) -> Source:
    if table["kind"] == "url":
        return UrlSource(url=table["url"])
    parts = tuple((part["package"], part["member"]) for part in table["parts"])
    return PackageSource(kind=table["kind"], parts=parts)

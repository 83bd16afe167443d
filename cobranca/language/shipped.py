"""The texts of the product itself that a debtor hears or reads.

Each package names its own in `said_to_debtors.toml` at its root: files, which of their
values, and whether they are said before it is sure who listens. A name that leads to no
text is an error, so that a file that moved does not pass unread.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cobranca.language.texts import Said, TextUnreadable, texts_of

MANIFEST = "said_to_debtors.toml"


class _Named(BaseModel):
    """`keys` with `*` for any part of a value's name; of a page or plain text, none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str  # below the package's folder, `*` for any name
    keys: tuple[str, ...] = ("*",)
    before_identity: bool


class _Manifest(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    said: tuple[_Named, ...] = Field(min_length=1)


def packages() -> list[Path]:
    """Folders of the packages that the product is made of: those with commands."""
    names = {p.module.partition(".")[0] for p in entry_points(group="acordo.commands")}
    specs = (find_spec(name) for name in sorted(names))
    return [Path(spec.origin).parent for spec in specs if spec and spec.origin]


def shipped() -> list[Said]:
    """All texts for debtors that ship; raises TextUnreadable."""
    return [said for package in packages() for said in said_in(package)]


def said_in(package: Path) -> Iterator[Said]:
    """Yield what one package says to debtors, by its manifest, if it has one."""
    manifest = package / MANIFEST
    if not manifest.is_file():
        return
    try:
        content = tomllib.loads(manifest.read_text("utf-8"))
        named = _Manifest.model_validate(content).said
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise TextUnreadable(f"{manifest}: {error}") from error
    for one in named:
        yield from _named(package, one)


def _named(package: Path, one: _Named) -> Iterator[Said]:
    where = f"{package.name}/{MANIFEST}: {one.file}"
    paths = sorted(package.glob(one.file))
    if not paths:
        raise TextUnreadable(f"{where}: não há este arquivo")
    said = [
        text
        for path in paths
        for text in texts_of(path, before_identity=one.before_identity)
    ]
    for pattern in one.keys:
        matching = [text for text in said if fnmatchcase(text.key, pattern)]
        if not matching:
            raise TextUnreadable(f"{where}: {pattern}: nenhum texto com este nome")
        yield from matching

"""Which texts a file holds: values of catalogues, what is read of pages and templates.

Reads files; judges nothing.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from foundation.system_reasons import reason

LARGEST = 1_000_000  # bytes; a script is a few thousand
_CATALOGUES = {".toml": tomllib.loads, ".json": json.loads}
_PAGES = frozenset({".html", ".htm", ".j2", ".jinja", ".xml"})
# what no debtor reads in a page: comments, steps of the template, programs, tags
_UNREAD = re.compile(
    r"\{#.*?#\}|\{%.*?%\}|<!--.*?-->|<(script|style)\b.*?</\1\s*>|<[^<>]*>",
    re.DOTALL | re.IGNORECASE,
)


class TextUnreadable(ValueError):
    """Um arquivo de textos não pode ser lido; a mensagem diz qual e por quê."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One text and where it stands: the file, and the value's name in a catalogue."""

    file: str
    key: str = ""
    text: str
    before_identity: bool = False


def texts_of(path: Path, *, before_identity: bool = False) -> Iterator[Said]:
    """Yield the texts of a file by its kind; raises TextUnreadable."""
    kind = path.suffix.lower()
    content = _read(path)
    parse = _CATALOGUES.get(kind)
    if parse is None:
        text = _as_read(content) if kind in _PAGES else content
        yield Said(file=str(path), text=text, before_identity=before_identity)
        return
    try:
        values = parse(content)
    except ValueError as error:
        raise TextUnreadable(f"{path}: {kind[1:].upper()} inválido: {error}") from error
    for key, text in _strings(values):
        yield Said(file=str(path), key=key, text=text, before_identity=before_identity)


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise TextUnreadable(f"{path}: maior que {LARGEST // 1_000_000} MB")
        return path.read_text("utf-8")
    except OSError as error:
        raise TextUnreadable(f"{path}: {reason(error)}") from error
    except UnicodeDecodeError as error:
        raise TextUnreadable(f"{path}: não é texto UTF-8") from error


def _as_read(page: str) -> str:
    """The page without what is not read; every letter keeps its line and column."""
    return _UNREAD.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), page)


def _strings(value: object, at: str = "") -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield at, value
        case dict():
            for name, inner in value.items():
                yield from _strings(inner, f"{at}.{name}" if at else str(name))
        case list():
            for number, inner in enumerate(value):
                name = inner.get("id", number) if isinstance(inner, dict) else number
                yield from _strings(inner, f"{at}.{name}")

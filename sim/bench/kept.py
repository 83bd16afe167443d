"""Figures kept on disk under a hash of all that made them, one line of JSON each.

What is there already is not measured again, so a bench that was broken off goes on where
it was. A line that a crash cut off is left out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any


class Kept:
    """Rows by key, in a file that only grows."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: dict[str, dict[str, Any]] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            for line in path.read_text("utf-8").splitlines():
                self._read(line)

    def _read(self, line: str) -> None:
        try:
            row = json.loads(line)
        except ValueError:
            return
        self._rows[row.pop("key")] = row

    def get(self, key: str) -> dict[str, Any] | None:
        return self._rows.get(key)

    def keep(self, key: str, row: dict[str, Any]) -> None:
        self._rows[key] = row
        with self._path.open("a", encoding="utf-8") as lines:
            # the line break comes first: a line that was cut off spoils no other
            lines.write("\n" + json.dumps({"key": key, **row}))


def sum_of(paths: Iterable[Path]) -> str:
    """One sum for the names and contents of files, as part of a key."""
    total = hashlib.sha256()
    for path in paths:
        total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()

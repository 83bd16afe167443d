"""What the simulated services took in, as their people would see it on their screens.

The newest ones are kept in memory for the pages, all of them in a file, one JSON object a
line, for `acordo outside inbox`. Everybody in them is generated.
"""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

KEEP = 2000  # messages in memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """One message that reached its person."""

    kind: Literal["email", "sms"]
    to: str
    sender: str
    text: str
    at: datetime
    subject: str = ""
    html: str = ""


class Inbox:
    """All that arrived, the newest last."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self.arrived: deque[Arrived] = deque(maxlen=KEEP)
        if path is not None:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.arrived.extend(read(path))

    def put(self, one: Arrived) -> None:
        self.arrived.append(one)
        if self._path is not None:
            line = json.dumps(asdict(one) | {"at": one.at.isoformat()}, ensure_ascii=False)
            handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(handle, "a", encoding="utf-8") as file:
                file.write(line + "\n")

    def of(self, to: str) -> list[Arrived]:
        """Return what one person got."""
        return [one for one in self.arrived if one.to == to]


def read(path: Path) -> Iterable[Arrived]:
    """Return what a file of an inbox holds; nothing when there is none."""
    if not path.exists():
        return []
    lines = path.read_text("utf-8").splitlines()
    return [_arrived(json.loads(line)) for line in lines if line.strip()]


def _arrived(fields: dict[str, Any]) -> Arrived:
    return Arrived(**{**fields, "at": datetime.fromisoformat(fields["at"])})

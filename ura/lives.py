"""Which lives of the URA are over for certain, so that what they had in hand can be ended.

Each life has a name, which stands with the conversations it leads, and a file of that name
in the state folder, which it locks for as long as it lasts. So whoever can lock the file
knows that its life is over, however it ended, and also where it was in another container.
"""

from __future__ import annotations

import fcntl
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import UUID, uuid4

SUFFIX = ".life"


class Lives:
    """Those of one folder. Use with `with`: the block is a life of its own, `own`."""

    def __init__(self, folder: Path) -> None:
        self.own = uuid4()
        self._folder = folder

    def __enter__(self) -> Self:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._folder / f"{self.own}.part"
        self._file = draft.open("xb")
        fcntl.flock(self._file, fcntl.LOCK_EX)
        draft.replace(self._of(self.own))  # nobody sees it before it is locked
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Its file stays, until somebody has seen to what it left."""
        self._file.close()

    def over(self) -> list[UUID]:
        """Lives that have ended, and were not forgotten since."""
        found = []
        for path in self._folder.glob(f"*{SUFFIX}"):
            with suppress(OSError), path.open("rb") as file:  # locked, or just forgotten
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                found.append(UUID(path.stem))
        return found

    def forget(self, life: UUID) -> None:
        """Nothing is in its hands any more."""
        self._of(life).unlink(missing_ok=True)

    def _of(self, life: UUID) -> Path:
        return self._folder / f"{life}{SUFFIX}"

"""Call-backs that are owed while the database is away: kept on disk, handed in after.

A caller is told that he will be called only when his call stands in a file of its own,
sealed, written to the disk; so neither our death nor the machine's loses it. They are the
URA's own files, and not the switch's spool: what the switch dials by itself passes by the
contact policy. Handing one in twice is one wish: it is keyed by the call.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.contacts import robot_calls
from cobranca.contacts.wishes import Why, Wish, wish
from foundation.crypto import Keys, SealBroken, UnknownKey
from foundation.observability import get_logger
from ura.steps.stopping import owners_of

SEALED_FOR = "ura.owed_call"
SUFFIX = ".owed"

log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A call-back to whoever was in `call`. `debtor` None: known by his number alone."""

    call: UUID
    caller: str
    debtor: UUID | None
    at: datetime


class OwedCalls:
    """The files of one folder; only this process writes there."""

    def __init__(self, folder: Path, keys: Keys) -> None:
        self._folder = folder
        self._keys = keys

    def owe(self, call: UUID, caller: str, debtor: UUID | None) -> None:
        """As `steps.case.Means.owe`."""
        self.keep(Owed(call=call, caller=caller, debtor=debtor, at=datetime.now(UTC)))

    def keep(self, owed: Owed) -> None:
        """Write it down for good; once it returns, it is on the disk. Raises OSError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        told = {
            "call": str(owed.call),
            "caller": owed.caller,
            "debtor": str(owed.debtor) if owed.debtor else None,
            "at": owed.at.isoformat(),
        }
        sealed = self._keys.seal(json.dumps(told), bound_to=SEALED_FOR)
        draft = self._folder / f"{owed.call}.part"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            file.truncate()
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(draft.with_suffix(SUFFIX))
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def kept(self) -> list[Owed]:
        """Return all, the oldest first; one that cannot be opened is set aside."""
        found = []
        for path in self._folder.glob(f"*{SUFFIX}"):
            try:
                found.append(self._read(path))
            except (SealBroken, UnknownKey, ValueError, KeyError) as error:
                log.error("owed_call_unreadable", file=path.name, why=type(error).__name__)
                path.replace(path.with_suffix(".bad"))
        return sorted(found, key=lambda one: one.at)

    def _read(self, path: Path) -> Owed:
        told = json.loads(self._keys.open(path.read_bytes(), bound_to=SEALED_FOR))
        return Owed(
            call=UUID(told["call"]),
            caller=str(told["caller"]),
            debtor=UUID(told["debtor"]) if told["debtor"] else None,
            at=datetime.fromisoformat(told["at"]),
        )

    async def hand_in(self, engine: AsyncEngine) -> int:
        """Hand all to the database, each for itself; returns how many. Raises DBAPIError.

        A file goes once its row is committed: who dies between the two hands it in again.
        """
        kept = self.kept()
        for owed in kept:
            async with engine.begin() as connection:
                await robot_calls.broke_off(connection, owed.call, owed.at)
                debtor = await _whom(connection, owed)
                if debtor is None:
                    log.warning("owed_call_to_nobody", call=str(owed.call))
                else:
                    asked = Wish(
                        call=owed.call, debtor=debtor, why=Why.OUTAGE, told_at=owed.at
                    )
                    await wish(connection, asked)
            (self._folder / f"{owed.call}{SUFFIX}").unlink(missing_ok=True)
            log.info("owed_call_handed_in", call=str(owed.call))
        return len(kept)


async def _whom(connection: AsyncConnection, owed: Owed) -> UUID | None:
    """Who was identified; else the one debtor on file with that telephone."""
    if owed.debtor is not None:
        return owed.debtor
    owners = await owners_of(connection, owed.caller)
    return owners[0] if len(owners) == 1 else None

"""Passwords: argon2id hashes, what a password must be, and generated ones.

A hash costs about half a second of a core and 64 MiB by design (RFC 9106, second
recommended option), so hashing runs in few threads: a flood of logins waits here and the
event loop goes on.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

SHORTEST, LONGEST = 12, 128  # characters
FEWEST_DIFFERENT = 4  # characters
FEWEST_BESIDE = 8  # characters that remain when the login is taken out
THREADS = 2
MOST_WAITING = 64  # at half a second each, the last would wait 16 s
# no 0/O, 1/l/I: people read them from a screen and type them
_LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_GROUPS, _GROUP = 4, 4  # 16 letters of 56: 92 bits

T = TypeVar("T")


class WeakPassword(ValueError):
    """A senha precisa ter de 12 a 128 caracteres, variados, e não ser o login repetido."""


def generated() -> str:
    """Return a new password in groups, such as `Xk3u-9hGz-mW4p-Qt7r`."""
    groups = (
        "".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS)
    )
    return "-".join(groups)


def require_strong(password: str, login: str) -> None:
    """Length is what counts (NIST SP 800-63B, 3.1.1.2). Raises WeakPassword."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword
    beside = password.lower().replace(login.lower(), "")
    if len(beside) < FEWEST_BESIDE or len(set(password)) < FEWEST_DIFFERENT:
        raise WeakPassword


class HashingBusy(RuntimeError):
    """Too many passwords are being looked at already."""


class Passwords:
    """Hashes and verifies in threads of its own. Close it when done."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="argon2")
        self._nobody: str | None = None
        self._waiting = 0

    async def hash(self, password: str) -> str:
        return await self._run(self._hasher.hash, password)

    async def matches(self, stored: str | None, password: str) -> bool:
        """Whether it is that password. Without a hash it takes as long, and is not."""
        if len(password) > LONGEST:
            password = ""  # the hash of megabytes would be a gift to an attacker
        if stored is None:
            if self._nobody is None:
                self._nobody = await self.hash(secrets.token_hex())
            await self._run(self._verify, self._nobody, password)
            return False
        return await self._run(self._verify, stored, password)

    async def prepare(self) -> None:
        """Make the hash of nobody, so that the first unknown login takes no longer."""
        await self.matches(None, "")

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[..., T], *arguments: str) -> T:
        if self._waiting >= MOST_WAITING:
            raise HashingBusy
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, work, *arguments)
        finally:
            self._waiting -= 1

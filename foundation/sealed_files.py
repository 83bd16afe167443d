"""Sealed files: recordings at rest, in chunks, so that any size passes in flat memory.

Layout: `ACRD`, one version byte, a salt of 16 bytes; then chunks of 64 KiB of clear text,
each with its AES-GCM tag. Each file has a key of its own (HKDF of the given key and the
salt), so that chunk nonces are a counter plus a byte that is 1 on the last chunk: a chunk
that was altered, moved, dropped or added does not open. The name given as `bound_to` (the
attempt's id, say) is authenticated too: one recording cannot pass for another.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from foundation.crypto import SealBroken, derive_key

_MAGIC = b"ACRD\x01"
_SALT_BYTES = 16
HEADER_BYTES = len(_MAGIC) + _SALT_BYTES
CHUNK = 64 * 1024
TAG_BYTES = 16


class NotASealedFile(ValueError):
    """O arquivo não é uma gravação cifrada do Acordo."""


class SealedFileTruncated(ValueError):
    """A gravação cifrada está incompleta."""


class SealedFileBroken(SealBroken):
    """A gravação cifrada não abre: a chave é outra ou o arquivo foi alterado."""


@dataclass(frozen=True, slots=True)
class SealedFile:
    """What was written."""

    path: Path
    bytes: int
    sha256: str  # of the sealed file, hex


def seal_file(key: bytes, clear: Path, sealed: Path, *, bound_to: str) -> SealedFile:
    """Write the sealed form of a file, mode 0600; it appears whole, or not at all.

    The clear file stays. Raises OSError (no room, say) and then leaves nothing behind.
    """
    with clear.open("rb") as source:
        return seal_stream(key, source, sealed, bound_to=bound_to)


def seal_stream(key: bytes, source: BinaryIO, sealed: Path, *, bound_to: str) -> SealedFile:
    """Write the sealed form of a stream, under the same promises as `seal_file`."""
    handle, draft = tempfile.mkstemp(dir=sealed.parent, prefix=".sealing-")
    digest, size = hashlib.sha256(), 0
    try:
        with os.fdopen(handle, "wb") as target:
            for piece in seal_chunks(key, source, bound_to=bound_to):
                digest.update(piece)
                size += target.write(piece)
            target.flush()
            os.fsync(target.fileno())
        Path(draft).replace(sealed)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return SealedFile(sealed, size, digest.hexdigest())


def seal_chunks(key: bytes, source: BinaryIO, *, bound_to: str) -> Iterator[bytes]:
    """Yield the sealed form of a stream: the header, then one chunk after another."""
    salt = os.urandom(_SALT_BYTES)
    yield _MAGIC + salt
    cipher, associated = _cipher(key, salt, bound_to)
    for counter, (chunk, last) in enumerate(_chunks(source, CHUNK)):
        yield cipher.encrypt(nonce_of(counter, last=last), chunk, associated)


def open_file(key: bytes, sealed: Path, *, bound_to: str) -> Iterator[bytes]:
    """Yield the clear content, chunk by chunk, each verified before it is given.

    Raises NotASealedFile, SealedFileTruncated, SealedFileBroken. Whoever stops before the
    end has not verified that the file is complete.
    """
    with sealed.open("rb") as source:
        yield from open_stream(key, source, bound_to=bound_to, name=sealed.name)


def open_stream(
    key: bytes, source: BinaryIO, *, bound_to: str, name: str
) -> Iterator[bytes]:
    """Yield the clear content of a sealed stream, under the promises of `open_file`."""
    header = source.read(HEADER_BYTES)
    cipher, associated = cipher_of(key, header, bound_to, name)
    for counter, (chunk, last) in enumerate(_chunks(source, CHUNK + TAG_BYTES)):
        try:
            yield cipher.decrypt(nonce_of(counter, last=last), chunk, associated)
        except (InvalidTag, ValueError) as error:
            raise _why(cipher, counter, chunk, associated, name) from error


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, hex, read in flat memory."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _chunks(source: BinaryIO, size: int) -> Iterator[tuple[bytes, bool]]:
    """Yield (chunk, is last); an empty stream is one empty last chunk."""
    chunk = source.read(size)
    while True:
        following = source.read(size) if len(chunk) == size else b""
        yield chunk, not following
        if not following:
            return
        chunk = following


def _cipher(key: bytes, salt: bytes, bound_to: str) -> tuple[AESGCM, bytes]:
    own = derive_key(key, purpose="sealed file", salt=salt)
    return AESGCM(own), _MAGIC + salt + bound_to.encode()


def cipher_of(key: bytes, header: bytes, bound_to: str, name: str) -> tuple[AESGCM, bytes]:
    """The cipher of a file and what each chunk is bound to. Raises NotASealedFile."""
    if header[: len(_MAGIC)] != _MAGIC or len(header) < HEADER_BYTES:
        raise NotASealedFile(name)
    return _cipher(key, header[len(_MAGIC) :], bound_to)


def nonce_of(counter: int, *, last: bool) -> bytes:
    """The nonce of a chunk: its number, and whether it is the last."""
    return counter.to_bytes(11, "big") + bytes((last,))


def _why(
    cipher: AESGCM, counter: int, chunk: bytes, associated: bytes, name: str
) -> ValueError:
    """A chunk that opens as "not the last" shows that the file was cut right after it."""
    try:
        cipher.decrypt(nonce_of(counter, last=False), chunk, associated)
    except (InvalidTag, ValueError):
        broken = len(chunk) >= TAG_BYTES
        return SealedFileBroken(name) if broken else SealedFileTruncated(name)
    return SealedFileTruncated(name)

"""Sealing of personal data and recordings, and blind indexes for look-up.

Values: AES-256-GCM, one key id byte, a random nonce, and the name of the column as
associated data, so that a value copied into another column does not open. Look-ups go
by HMAC-SHA-256 with a second key: equal documents have equal indexes, nothing else is
told. Files are in `foundation.sealed_files`; their keys come from here, one per creditor.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from foundation.home import Home

KEY_ID = 1  # of the key in use; a sealed value names its key in its first byte
KEY_BYTES = 32
_NONCE_BYTES = 12


class SealBroken(ValueError):
    """O dado cifrado não abre: a chave é outra ou o conteúdo foi alterado."""


class UnknownKey(ValueError):
    """O dado foi cifrado com uma chave que esta instalação não tem."""


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """The installation's two keys, 32 bytes each; never printed."""

    data: bytes
    index: bytes

    @classmethod
    def of(cls, home: Home) -> Keys:
        """Read the keys from the state folder, made there on first use."""
        return cls(
            bytes.fromhex(home.secret("data_key")), bytes.fromhex(home.secret("index_key"))
        )

    def seal(self, clear: str, *, bound_to: str) -> bytes:
        """Seal a text for one column, named `table.column`."""
        nonce = os.urandom(_NONCE_BYTES)
        body = AESGCM(self.data).encrypt(nonce, clear.encode(), _associated(bound_to))
        return bytes((KEY_ID,)) + nonce + body

    def open(self, sealed: bytes, *, bound_to: str) -> str:
        """Return the text sealed for that column; raises UnknownKey, SealBroken."""
        if sealed[:1] != bytes((KEY_ID,)):
            raise UnknownKey(sealed[:1].hex())
        nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return AESGCM(self.data).decrypt(nonce, body, _associated(bound_to)).decode()
        except (InvalidTag, ValueError) as error:
            raise SealBroken(bound_to) from error

    def blind_index(self, clear: str, *, bound_to: str) -> bytes:
        """Return 32 bytes that are equal exactly for equal texts of one column."""
        message = _associated(bound_to) + clear.encode()
        return hmac.digest(self.index, message, hashlib.sha256)

    def recording_key(self, creditor_id: UUID | None) -> bytes:
        """Return the key of one creditor's recordings (None: calls that belong to none)."""
        owner = "none" if creditor_id is None else str(creditor_id)
        return derive_key(self.data, purpose=f"recordings of creditor {owner}")


def derive_key(key: bytes, *, purpose: str, salt: bytes | None = None) -> bytes:
    """Return a key for one purpose, by HKDF-SHA-256."""
    hkdf = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=purpose.encode())
    return hkdf.derive(key)


def _associated(bound_to: str) -> bytes:
    return f"acordo:{KEY_ID}:{bound_to}\0".encode()

"""The pair of keys of copies, and the file under a passphrase that keeps what opens them.

A copy is sealed to a public key that stays in the installation. Its private half leaves
with `acordo keys export`, in one file with the data keys, and is kept nowhere else: who
takes a machine and its copies has no key. Each export makes a new pair; a copy names the
pair it was sealed to. The data keys take part in the sealing, so that nobody who merely
knows the public key can forge a copy.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey,
    X25519PublicKey,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from foundation.crypto import KEY_BYTES, derive_key

FORMAT = 1
LEAST_PASSPHRASE = 12  # letters
PUBLIC_BYTES = 32
PAIR_ID_BYTES = 8
COST = 2**16  # of scrypt: 64 MB and a fifth of a second for each guess
HARDEST = 2**20
_NONCE_BYTES = 12


class NotAKeysFile(ValueError):
    """O arquivo de chaves não é um arquivo feito por «acordo keys export»."""


class WrongPassphrase(ValueError):
    """A senha não abre o arquivo de chaves, ou o arquivo foi alterado."""


@dataclass(frozen=True, slots=True, repr=False)
class KeptKeys:
    """What a keys file holds; never printed. `secrets` are those that data depends on."""

    private: bytes
    secrets: Mapping[str, str]

    @property
    def public(self) -> bytes:
        private = X25519PrivateKey.from_private_bytes(self.private)
        return private.public_key().public_bytes_raw()


def new_pair(secrets: Mapping[str, str]) -> KeptKeys:
    """A new pair beside these secrets."""
    return KeptKeys(X25519PrivateKey.generate().private_bytes_raw(), dict(secrets))


def pair_id(public: bytes) -> bytes:
    """What a copy and a keys file are matched by."""
    return hashlib.sha256(public).digest()[:PAIR_ID_BYTES]


def sealing_key(public: bytes, data_key: bytes) -> tuple[bytes, bytes]:
    """(key of one new copy, the public part that its header must hold)."""
    mine = X25519PrivateKey.generate()
    shared = mine.exchange(X25519PublicKey.from_public_bytes(public))
    header = mine.public_key().public_bytes_raw()
    return _combined(shared, data_key, header + public), header


def opening_key(keys: KeptKeys, header: bytes) -> bytes:
    """The same key, from the private half and the copy's header. Raises ValueError."""
    private = X25519PrivateKey.from_private_bytes(keys.private)
    shared = private.exchange(X25519PublicKey.from_public_bytes(header))
    data_key = bytes.fromhex(keys.secrets["data_key"])
    return _combined(shared, data_key, header + keys.public)


def _combined(shared: bytes, data_key: bytes, salt: bytes) -> bytes:
    own = derive_key(data_key, purpose="authenticity of copies")
    return derive_key(shared + own, purpose="copy of an installation", salt=salt)


def written(keys: KeptKeys, passphrase: str, made_at: datetime) -> str:
    """The content of a keys file."""
    salt, nonce = os.urandom(16), os.urandom(_NONCE_BYTES)
    head: dict[str, Any] = {
        "acordo_keys": FORMAT,
        "made_at": made_at.isoformat(timespec="seconds"),
        "pair": pair_id(keys.public).hex(),
        "scrypt": {"n": COST, "r": 8, "p": 1, "salt": salt.hex()},
    }
    inside = json.dumps({"private": keys.private.hex(), "secrets": dict(keys.secrets)})
    key = _stretched(passphrase, head["scrypt"])
    sealed = nonce + AESGCM(key).encrypt(nonce, inside.encode(), _bound(head))
    return (
        json.dumps({**head, "sealed": base64.b64encode(sealed).decode()}, indent=1) + "\n"
    )


def read(content: str, passphrase: str) -> KeptKeys:
    """The keys in a file's content; raises NotAKeysFile, WrongPassphrase."""
    head = _head(content)
    try:
        sealed = base64.b64decode(head.pop("sealed"), validate=True)
        key = _stretched(passphrase, head["scrypt"])
        nonce, body = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        inside = json.loads(AESGCM(key).decrypt(nonce, body, _bound(head)))
        return KeptKeys(bytes.fromhex(inside["private"]), inside["secrets"])
    except InvalidTag as error:
        raise WrongPassphrase from error
    except (KeyError, TypeError, ValueError) as error:
        raise NotAKeysFile from error


def _head(content: str) -> dict[str, Any]:
    try:
        head = json.loads(content)
        cost = head["scrypt"]["n"]
        if head["acordo_keys"] != FORMAT or not 2 <= cost <= HARDEST:
            raise NotAKeysFile
    except (KeyError, TypeError, ValueError) as error:
        raise NotAKeysFile from error
    found: dict[str, Any] = head
    return found


def _stretched(passphrase: str, how: Mapping[str, Any]) -> bytes:
    salt = bytes.fromhex(how["salt"])
    return Scrypt(salt, KEY_BYTES, how["n"], how["r"], how["p"]).derive(passphrase.encode())


def _bound(head: Mapping[str, Any]) -> bytes:
    return json.dumps(head, sort_keys=True).encode()

"""The walk through a TURN server: its messages are those of the standard, and it finds a
server that lets in the wrong ones."""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sim.containers import turning
from sim.containers.turning import (
    ALLOCATE,
    DATA,
    DATA_CAME,
    ERROR,
    INTEGRITY,
    NONCE,
    PEER,
    PERMIT,
    REALM,
    REFUSAL,
    SEND,
    SUCCESS,
    USERNAME,
    address,
    message,
    read,
)  # fmt: skip

SECRET, REALM_NAME = "common", b"example"
MARK = b"0123456789ab"


def test_an_address_is_written_as_the_standard_has_it() -> None:
    # RFC 5769, 2.2: 192.0.2.1 port 32853
    assert address("192.0.2.1", 32853).hex() == "0001a147e112a643"


def test_a_message_reads_back() -> None:
    kind, found = read(message(SEND, MARK, [(DATA, b"abc"), (PEER, b"12345678")]))
    assert kind == SEND
    assert found == {DATA: b"abc", PEER: b"12345678"}


def test_the_signature_covers_a_length_that_counts_itself() -> None:
    whole = message(PERMIT, MARK, [(PEER, b"12345678")], b"key")
    signed, digest = whole[:-24], whole[-20:]
    assert struct.unpack("!H", whole[2:4])[0] == len(whole) - 20
    assert digest == hmac.new(b"key", signed, hashlib.sha1).digest()


class Server:
    """Enough of a server to be believed; what it lets pass is the test's."""

    def __init__(
        self, *, checks: bool = True, closed: bool = True, sip: bool = True
    ) -> None:
        self.checks, self.closed, self.sip = checks, closed, sip

    def answer(self, data: bytes) -> bytes:
        kind, found = read(data)
        if kind == SEND:
            said = b"SIP/2.0 200 OK\r\n" if self.sip else b"nothing"
            return message(DATA_CAME, MARK, [(DATA, said)])
        if kind == ALLOCATE and not self._believed(data, found):
            return self._refusal(kind, 401)
        other = found.get(PEER) == address("127.0.0.3", 0)
        if kind == PERMIT and other and self.closed:
            return self._refusal(kind, 403)
        return message(kind | SUCCESS, data[8:20], [])

    def _believed(self, data: bytes, found: dict[int, bytes]) -> bool:
        if USERNAME not in found:
            return False
        name = found[USERNAME]
        right = base64.b64encode(hmac.new(SECRET.encode(), name, hashlib.sha1).digest())
        key = hashlib.md5(
            b":".join([name, REALM_NAME, right]), usedforsecurity=False
        ).digest()
        digest = hmac.new(key, data[:-24], hashlib.sha1).digest()
        return not self.checks or digest == found[INTEGRITY]

    def _refusal(self, kind: int, code: int) -> bytes:
        error = bytes([0, 0, code // 100, code % 100])
        given = [(ERROR, error), (REALM, REALM_NAME), (NONCE, b"n")]
        return message(kind | REFUSAL, MARK, given)


@contextmanager
def serving(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind(("127.0.0.1", 0))
        monkeypatch.setattr(turning, "PORT", wire.getsockname()[1])

        def loop() -> None:
            while True:
                data, peer = wire.recvfrom(4096)
                if data == b"end":
                    return
                wire.sendto(server.answer(data), peer)

        thread = threading.Thread(target=loop)
        thread.start()
        try:
            yield
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
                own.sendto(b"end", wire.getsockname())
            thread.join()


@pytest.mark.parametrize(
    ("server", "wrong"),
    [
        (Server(), None),
        (Server(checks=False), "aceita uma assinatura falsa"),
        (Server(closed=False), "levaria pacotes a 127.0.0.3"),
        (Server(sip=False), "o que voltou da central não é SIP"),
    ],
)
def test_a_server_that_is_too_kind_is_found(
    server: Server, wrong: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(server, monkeypatch):
        assert turning.walk(SECRET, "127.0.0.1", "127.0.0.2", "127.0.0.3") == wrong


def test_another_secret_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Server(), monkeypatch):
        found = turning.walk("another", "127.0.0.1", "127.0.0.2", "127.0.0.3")
    assert found == "recusa o que o console assina (401)"

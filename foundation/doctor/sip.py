"""Ask a route's far end whether it is there, by OPTIONS; and prove that audio can pass."""

from __future__ import annotations

import errno
import secrets
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

from foundation.doctor.findings import Finding
from foundation.route import Route
from foundation.settings import Asterisk
from foundation.system_reasons import reason

LIMIT_S = 4.0
TRIES = 3  # of a datagram, which may be lost
PACKETS = 20
_RTP_BYTES = 172  # 20 ms of A-law and its header
_MOST = 4096


def trunk(route: Route, authorities: Path) -> Finding:
    """Any answer will do: it shows the way there and back."""
    where, begun = f"{route.host}:{route.port}/{route.transport}", time.monotonic()
    name = f"rota {route.name}"
    try:
        said = _answer(route, authorities)
    except socket.gaierror:
        return Finding(name, "trunk_unknown", "bad", {"where": route.host})
    except ssl.SSLError as error:
        why = getattr(error, "verify_message", "") or error.reason or "TLS"
        return Finding(name, "trunk_untrusted", "bad", {"where": where, "why": why})
    except TimeoutError:
        return Finding(
            name, "trunk_silent", "bad", {"where": where, "limit_s": f"{LIMIT_S:g}"}
        )
    except OSError as error:
        values: dict[str, object] = {"where": where, "why": reason(error)}
        return Finding(name, "trunk_unreachable", "bad", values)
    ms = round(1000 * (time.monotonic() - begun))
    return Finding(name, "trunk_answers", "ok", {"said": said, "ms": ms})


def _answer(route: Route, authorities: Path) -> str:
    if route.transport == "udp":
        return _by_datagram(route)
    with socket.create_connection((route.host, route.port), LIMIT_S) as plain:
        if route.transport == "tcp":
            return _by_stream(plain, route)
        context = ssl.create_default_context(cafile=str(authorities))
        with context.wrap_socket(plain, server_hostname=route.host) as closed:
            return _by_stream(closed, route)


def _by_datagram(route: Route) -> str:
    family, _, _, _, address = socket.getaddrinfo(
        route.host, route.port, type=socket.SOCK_DGRAM
    )[0]
    with socket.socket(family, socket.SOCK_DGRAM) as sender:
        sender.connect(address)
        sender.settimeout(LIMIT_S / TRIES)
        asked = _options(route, sender.getsockname())
        for attempt in range(TRIES):
            sender.send(asked)
            try:
                return _status(sender.recv(_MOST))
            except TimeoutError:
                if attempt == TRIES - 1:
                    raise
    raise TimeoutError


def _by_stream(stream: socket.socket, route: Route) -> str:
    stream.sendall(_options(route, stream.getsockname()))
    said = b""
    while b"\r\n" not in said:
        part = stream.recv(_MOST)
        if not part:
            raise ConnectionResetError(104, "a conexão foi fechada sem resposta")
        said += part
    return _status(said)


def _options(route: Route, ours: tuple[object, ...]) -> bytes:
    here, mark = f"{ours[0]}:{ours[1]}", secrets.token_hex(8)
    return (
        f"OPTIONS sip:{route.host}:{route.port} SIP/2.0\r\n"
        f"Via: SIP/2.0/{route.transport.upper()} {here};branch=z9hG4bK{mark};rport\r\n"
        f"From: <sip:acordo@{here}>;tag={mark}\r\nTo: <sip:{route.host}>\r\n"
        f"Call-ID: {mark}@acordo\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n"
        f"Contact: <sip:acordo@{here}>\r\nUser-Agent: Acordo\r\nContent-Length: 0\r\n\r\n"
    ).encode()


def _status(said: bytes) -> str:
    """The code of an answer; what is no SIP is shown as it is."""
    first = said.split(b"\r\n", 1)[0].decode("utf-8", "replace")
    parts = first.split(" ", 2)
    return parts[1] if parts[0] == "SIP/2.0" and len(parts) > 1 else first[:40]


def rtp_loop(asterisk: Asterisk) -> Iterator[Finding]:
    """Send audio-sized packets from one port of the range to another, by the address that
    the switch announces. Needs two free ports."""
    where = asterisk.media_address
    try:
        with _free(asterisk) as far, _free(asterisk) as near:
            far.settimeout(0.2)
            count = _passed(near, far)
            shown = f"{where}:{far.getsockname()[1]}"
    except OSError:
        yield Finding("áudio (RTP)", "rtp_foreign", "bad", {"where": where})
        return
    values: dict[str, object] = {"count": count, "sent": PACKETS, "where": shown}
    good = count == PACKETS
    yield Finding("áudio (RTP)", "rtp_returns" if good else "rtp_lost",
                  "ok" if good else "bad", values)  # fmt: skip


def _passed(near: socket.socket, far: socket.socket) -> int:
    count = 0
    for number in range(PACKETS):
        sent = number.to_bytes(2, "big") + bytes(_RTP_BYTES - 2)
        near.sendto(sent, far.getsockname())
        try:
            count += far.recv(_MOST) == sent
        except TimeoutError:
            continue
    return count


def _free(asterisk: Asterisk) -> socket.socket:
    found = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for number in range(asterisk.rtp_start, asterisk.rtp_end + 1):
        try:
            found.bind((asterisk.media_address, number))
        except OSError as error:
            if number == asterisk.rtp_end or error.errno != errno.EADDRINUSE:
                found.close()
                raise
        else:
            return found
    return found

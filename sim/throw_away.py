"""A throw-away installation's place: a state folder and ports of its own.

Settings come from the environment, so that is where they are put, for this process and
for its children; what stood there before is put back.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from foundation.home import Home
from foundation.settings import PREFIX

_RTP_PORTS = 2000
_CHOSEN = range(10_000, 20_000)  # below the kernel's own and below our RTP
_CLAIMS: list[int] = []  # descriptors; whoever never gives one back keeps it to his end


@contextmanager
def throw_away(
    *, processes: Sequence[str], more: Mapping[str, str], keep: bool = False
) -> Iterator[Home]:
    """Hold a place for `processes` until the block ends; `keep` leaves the folder.

    `more` are settings without their prefix, e.g. `ASTERISK__ENDPOINTS`.
    """
    root = Path(tempfile.mkdtemp(prefix="acordo-"))
    root.chmod(0o711)  # PostgreSQL passes through as another user when we are root
    before = {name: value for name, value in os.environ.items() if name.startswith(PREFIX)}
    for name in before:
        del os.environ[name]
    before_ours = len(_CLAIMS)
    values = _places(root / "var", processes) | dict(more)
    ours = _CLAIMS[before_ours:]
    os.environ.update({f"{PREFIX}{name}": value for name, value in values.items()})
    try:
        yield Home(root / "var")
    finally:
        for name in [name for name in os.environ if name.startswith(PREFIX)]:
            del os.environ[name]
        os.environ.update(before)
        for claim in ours:
            _CLAIMS.remove(claim)
            os.close(claim)
        if not keep:
            shutil.rmtree(root, ignore_errors=True)


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port of loopback that nobody holds and that no other process is given meanwhile.

    It stays ours until this process ends or its `throw_away` does: a name in the kernel
    says so, for its owner may listen only much later. Not one that the kernel would
    choose: it gives those to whoever connects somewhere. Nor one drawn from `random`,
    which tests seed: two of them at once would draw the same.
    """
    while True:
        port = secrets.choice(_CHOSEN)
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            claim.bind(f"\0acordo-port-{port}")
            with socket.socket(socket.AF_INET, kind) as probe:
                probe.bind(("127.0.0.1", port))
        except OSError as error:
            claim.close()
            if error.errno != errno.EADDRINUSE:
                raise
            continue
        _CLAIMS.append(claim.detach())
        return port


def _places(home: Path, processes: Sequence[str]) -> dict[str, str]:
    rtp = 20_000 + 6 * (os.getpid() % 5_000)
    ports = {
        "AMI__PORT": socket.SOCK_STREAM,
        "AGI__PORT": socket.SOCK_STREAM,
        "HEARING__PORT": socket.SOCK_STREAM,
        "ASTERISK__HTTP_PORT": socket.SOCK_STREAM,
        "BANK__WEBHOOK_PORT": socket.SOCK_STREAM,
        "OUTSIDE__BANK_PORT": socket.SOCK_STREAM,
        "OUTSIDE__PAYER_PORT": socket.SOCK_STREAM,
        "OUTSIDE__MAIL_PORT": socket.SOCK_STREAM,
        "OUTSIDE__SMS_PORT": socket.SOCK_STREAM,
        "OUTSIDE__SMPP_PORT": socket.SOCK_STREAM,
        "OUTSIDE__PAGES_PORT": socket.SOCK_STREAM,
        "OUTSIDE__BOUNCES_PORT": socket.SOCK_STREAM,
        "OUTSIDE__REPORTS_PORT": socket.SOCK_STREAM,
        "ASTERISK__SIP_PORT": socket.SOCK_DGRAM,
        "TRUNK__PORT": socket.SOCK_DGRAM,
        "PHONES__SIP_PORT": socket.SOCK_DGRAM,
    }
    ports |= {f"{name.upper()}__HEALTH_PORT": socket.SOCK_STREAM for name in processes}
    values = {name: str(free_port(kind)) for name, kind in ports.items()}
    for place, name in enumerate(("ASTERISK", "CARRIER", "PHONES")):
        values[f"{name}__RTP_START"] = str(rtp + place * _RTP_PORTS)
        values[f"{name}__RTP_END"] = str(rtp + (place + 1) * _RTP_PORTS - 1)
    return values | {"HOME": str(home)}

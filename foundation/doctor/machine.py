"""Checks of this machine: ports, disk, clock, rights, programs. Nothing is changed."""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from foundation import plan, preflight
from foundation.doctor.findings import Finding
from foundation.embedded.asterisk import MAJOR, VERSION_FILE
from foundation.home import Home
from foundation.plan import UpSettings
from foundation.preflight import Port

LOW_SHARE = 0.10
_STA_UNSYNC = 0x0040
_TIMEX_BYTES = 512  # more than any architecture's struct timex
_STATUS_WORD = 10 if sys.maxsize > 2**32 else 5  # of 32 bits: modes, offset, freq, errors
_LISTEN_LIMIT_S = 2.0
OLDEST_PYTHON = (3, 11)
CONTAINED = Path("/opt/acordo/contained")  # our images have it


def ports(settings: UpSettings, home: Home) -> Iterator[Finding]:
    """Free when nothing of ours runs; else answering, each of them."""
    wanted = plan.ports(settings, demo=False)
    if preflight.holder(home) is None:
        taken = [port for port in wanted if preflight.why_unusable(port)]
        for port in taken:
            yield _port("port_taken", port, why=str(preflight.why_unusable(port)))
        if not taken:
            yield Finding("portas", "ports_free", "ok", {"count": len(wanted)})
        yield from _audio(settings)
        return
    streams = [port for port in wanted if port.kind == socket.SOCK_STREAM]
    silent = [port for port in streams if not _listens(port)]
    for port in silent:
        yield _port("port_silent", port)
    if not silent:
        yield Finding("portas", "ports_ours", "ok", {"count": len(streams)})


def _port(code: str, port: Port, why: str = "") -> Finding:
    which = f"{port.purpose} {port.host}:{port.number}"
    told = f"{which}: {why} ({port.setting})" if why else which
    return Finding("portas", code, "bad", {"which": told})


def _listens(port: Port) -> bool:
    host = "127.0.0.1" if port.host == "0.0.0.0" else port.host  # noqa: S104 - we only connect
    try:
        socket.create_connection((host, port.number), _LISTEN_LIMIT_S).close()
    except OSError:
        return False
    return True


def _audio(settings: UpSettings) -> Iterator[Finding]:
    ranges = plan.audio_ports(settings, demo=False)
    poor = preflight.poor_audio(ranges, preflight.taken_udp_ports())
    for why in poor:
        yield Finding("portas de áudio", "audio_few", "bad", {"which": why})
    if ranges and not poor:
        shown = ", ".join(f"{each.first}-{each.last}" for each in ranges)
        yield Finding("portas de áudio", "audio_enough", "ok", {"which": shown})


def disk(home: Home) -> Iterator[Finding]:
    """Of the state folder, where recordings go."""
    folder = next(place for place in (home.root, *home.root.parents) if place.exists())
    usage = shutil.disk_usage(folder)
    values: dict[str, object] = {
        "folder": folder,
        "free_gb": round(usage.free / 1e9, 1),
        "free_mb": usage.free // 1_000_000,
        "percent": round(100 * usage.free / usage.total),
    }
    if usage.free < preflight.LEAST_FREE_BYTES:
        yield Finding("disco", "disk_full", "bad", values)
    elif usage.free < LOW_SHARE * usage.total:
        yield Finding("disco", "disk_low", "warn", values)
    else:
        yield Finding("disco", "disk_enough", "ok", values)


def clock_is_synchronised() -> bool | None:
    """What the kernel says of its own clock; None: it says nothing."""
    answer = (ctypes.c_int32 * (_TIMEX_BYTES // 4))()
    try:
        if ctypes.CDLL(None).adjtimex(ctypes.byref(answer)) < 0:
            return None
    except (OSError, AttributeError):
        return None
    return not answer[_STATUS_WORD] & _STA_UNSYNC


def rights(home: Home) -> Iterator[Finding]:
    """Whether the folder and its secrets are ours, and nobody else's."""
    if not home.root.exists():
        yield Finding("direitos", "home_missing", "ok", {"folder": home.root})
        return
    wrong = [*_closed(home), *_secrets(home)]
    yield from wrong
    if not wrong:
        yield Finding("direitos", "home_ours", "ok", {"folder": home.root})


def _closed(home: Home) -> Iterator[Finding]:
    folders = (home.root, home.secrets, home.recordings_sealed, home.recordings_clear)
    for folder in folders:
        if folder.exists() and not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            yield Finding("direitos", "home_closed", "bad", {"folder": folder})


def _secrets(home: Home) -> Iterator[Finding]:
    if not os.access(home.secrets, os.R_OK | os.X_OK):
        return
    for path in sorted(home.secrets.iterdir()):
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            values: dict[str, object] = {"which": path, "mode": f"{mode:o}"}
            yield Finding("direitos", "secret_open", "bad", values)
        if not os.access(path, os.R_OK):
            yield Finding("direitos", "secret_foreign", "bad", {"which": path})


def contained() -> bool:
    """Whether each service has a container, this one among them."""
    return CONTAINED.exists()


def programs(cache: Path, *, elsewhere: bool = False) -> Iterator[Finding]:
    """Versions of what runs here without a server being asked; `elsewhere`: the switch
    has a container of its own."""
    found = ".".join(map(str, sys.version_info[:3]))
    good = sys.version_info >= OLDEST_PYTHON
    code = "python_good" if good else "python_old"
    yield Finding("versões", code, "ok" if good else "bad", {"found": found})
    version = cache / "asterisk" / VERSION_FILE
    if elsewhere:
        yield Finding("versões", "asterisk_elsewhere", "ok")
        return
    if not version.exists():
        yield Finding("versões", "asterisk_absent", "warn")
        return
    asterisk = version.read_text("utf-8").strip()
    right = asterisk.split(".")[0] == str(MAJOR)
    code = "asterisk_good" if right else "asterisk_other"
    yield Finding("versões", code, "ok" if right else "bad", {"found": asterisk})

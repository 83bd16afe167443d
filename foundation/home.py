"""The state folder: what lies where, and the secrets in it.

`ACORDO_HOME` holds all state of one installation. Secrets are generated on first
use, one file each, mode 0600; no secret has a default. Unix sockets have a path
limit of 107 bytes, so a deep folder gets its sockets in a short one of the user's.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

SOCKET_PATH_LIMIT = 107
LONGEST_SOCKET_NAME = len("/asterisk-carrier/asterisk.ctl.00000")
STATE_VERSION = 1
RESTORING = "restoring"  # the mark of a restoration that has not ended


class StateFromNewerVersion(RuntimeError):
    """A pasta de estado foi gravada por uma versão mais nova do Acordo."""


@dataclass(frozen=True, slots=True)
class Home:
    """Paths below the state folder. Creating a Home touches nothing."""

    root: Path

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def valkey(self) -> Path:
        return self.root / "valkey"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def recordings_clear(self) -> Path:
        """Where the switch writes while a call lasts; mode 0700."""
        return self.root / "recordings" / "clear"

    @property
    def recordings_sealed(self) -> Path:
        return self.root / "recordings" / "sealed"

    @property
    def announcements(self) -> Path:
        """What creditors recorded for the switch to play; the `ura` process keeps it."""
        return self.root / "announcements"

    @property
    def imports(self) -> Path:
        """Files sent to be imported and those of what was refused; mode 0700."""
        return self.root / "imports"

    @property
    def demo_trace(self) -> Path:
        """What the simulated network does with each call of the demonstration."""
        return self.root / "demo" / "trace.csv"

    @property
    def demo_paused(self) -> Path:
        """Names of campaigns that wait for the network to be there, one a line."""
        return self.root / "demo" / "paused.txt"

    @property
    def demo_logins(self) -> Path:
        """Logins and passwords of the demonstration; mode 0600."""
        return self.root / "demo" / "logins.json"

    @property
    def sockets(self) -> Path:
        """Folder of the Unix sockets: below the root, or a short one if that is deep."""
        inside = self.root / "run"
        if len(os.fsencode(inside)) + LONGEST_SOCKET_NAME <= SOCKET_PATH_LIMIT:
            return inside
        name = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"acordo-{os.getuid()}-{name}"

    def switch(self, name: str) -> Path:
        """Folder of one Asterisk: `asterisk`, `asterisk-carrier`, `asterisk-phones`."""
        return self.root / name

    @property
    def cel(self) -> Path:
        """The main switch's own record of channels, one line an event."""
        return self.switch("asterisk") / "log" / "cel-custom" / "Master.csv"

    def prepare(self) -> None:
        """Create the folders with their modes; raises StateFromNewerVersion."""
        self.root.mkdir(parents=True, exist_ok=True)
        # root runs PostgreSQL as another user, who must pass through but not list
        self.root.chmod(0o711 if os.getuid() == 0 else 0o700)
        stamp = self.root / "version"
        kept = stamp.read_text().strip() if stamp.exists() else ""
        if kept.isdecimal() and int(kept) > STATE_VERSION:
            raise StateFromNewerVersion(str(self.root))
        if kept != str(STATE_VERSION):
            _write_whole(stamp, f"{STATE_VERSION}\n")
        for folder in (
            self.secrets,
            self.recordings_clear,
            self.recordings_sealed,
            self.imports,
            self.logs,
        ):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.sockets.mkdir(mode=0o711 if os.getuid() == 0 else 0o700, exist_ok=True)

    def clear_sockets(self) -> None:
        """Remove what ended or killed programs left there. None of ours may run."""
        for leftover in self.sockets.rglob("*"):
            if not leftover.is_dir():
                leftover.unlink(missing_ok=True)

    def secret(self, name: str) -> str:
        """Return the secret of that name, generated (256 bits, hex) on first use."""
        return self.secret_path(name).read_text().strip()

    def secret_path(self, name: str) -> Path:
        """Path of the secret's file; made on first use, safe against two makers at once."""
        self.secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.secrets / name
        if not path.exists():
            handle, draft = tempfile.mkstemp(dir=self.secrets)  # mode 0600
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_hex(32) + "\n")
            try:
                os.link(draft, path)  # the first maker wins, whole
            except FileExistsError:
                pass
            finally:
                os.unlink(draft)
        return path

    def replace_secret(self, name: str, value: str) -> None:
        """Give a secret another value; whoever reads at that moment has one of the two."""
        self.secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_whole(self.secrets / name, f"{value}\n")

    def derived_secret(self, name: str, purpose: str) -> str:
        """A password per purpose (a SIP endpoint, say): HMAC-SHA-256 of one secret, hex."""
        key = bytes.fromhex(self.secret(name))
        return hmac.new(key, purpose.encode(), hashlib.sha256).hexdigest()[:32]


def _write_whole(path: Path, content: str) -> None:
    """Write so that whoever reads at the same moment finds all of it, or the old one."""
    handle, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w") as file:
        file.write(content)
    Path(draft).replace(path)

"""Asterisk 22 unpacked beside the project, and instances of it in the state folder.

Many instances run side by side, each with its own folder, ports and control socket.
What an instance is configured to do is decided by templates elsewhere.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from foundation.embedded import debian
from foundation.embedded.errors import (
    PackagesNotUnpacked,
    ProgramMissing,
    WrongAsterisk,
)
from foundation.embedded.program import Program
from foundation.embedded.templates import render
from foundation.home import Home
from foundation.settings import ProcessSettings

__all__ = ["Instance", "render", "unpacked", "version"]

MAJOR = 22
LAUNCHER = "asterisk"
VERSION_FILE = "ASTERISK_VERSION"
_VOICES = "en_US_f_Allison"  # the folder that `sounds/en` points to on an installed system

# The library path is the loader's argument, so that AGI scripts do not inherit it.
_LAUNCHER = """#!/bin/sh
P=$(dirname -- "$(readlink -f -- "$0")")
exec "$P/{loader}" --library-path "$P/{libraries}" "$P/usr/sbin/asterisk" "$@"
"""


def unpacked(settings: ProcessSettings, say: debian.Say) -> Path:
    """Return the folder with Asterisk 22, fetched on first use.

    Raises WrongAsterisk and what `debian.unpack` raises.
    """
    wanted = debian.Wanted(
        name="asterisk", packages=("asterisk",), suites=settings.asterisk.suites
    )
    return debian.unpack(wanted, settings.cache, say, _complete)


def version(prefix: Path) -> str:
    """Version of the unpacked Asterisk, like `22.10.1`."""
    return (prefix / VERSION_FILE).read_text("utf-8").strip()


def _complete(prefix: Path) -> None:
    """Do what the packages' own scripts would have done, and refuse another major."""
    loaders = [*prefix.glob("usr/lib*/ld-linux-*"), *prefix.glob("usr/lib/ld-linux-*")]
    libraries = debian.library_folders(prefix)
    if not loaders or not libraries:
        raise PackagesNotUnpacked("ld-linux")
    text = _LAUNCHER.format(
        loader=loaders[0].relative_to(prefix), libraries=libraries[0].relative_to(prefix)
    )
    launcher = prefix / LAUNCHER
    launcher.write_text(text, "utf-8")
    launcher.chmod(0o755)
    sounds = prefix / "usr/share/asterisk/sounds"
    if (sounds / _VOICES).is_dir() and not (sounds / "en").exists():
        (sounds / "en").symlink_to(_VOICES)
    found = ask_version(launcher)
    (prefix / VERSION_FILE).write_text(found + "\n", "utf-8")


def ask_version(launcher: Path) -> str:
    answer = subprocess.run(
        [str(launcher), "-V"], capture_output=True, text=True, check=False, timeout=30
    )
    match = re.match(r"Asterisk (\d+)(\.\d+)*", answer.stdout)
    if match is None:
        raise ProgramMissing("asterisk -V", answer.stderr.strip()[-200:])
    if int(match[1]) != MAJOR:
        raise WrongAsterisk(match[0])
    return match[0].removeprefix("Asterisk ")


@dataclass(frozen=True, slots=True)
class Instance:
    """One Asterisk: `name` is `asterisk`, `asterisk-carrier` or `asterisk-phones`."""

    name: str
    home: Home
    prefix: Path

    @property
    def root(self) -> Path:
        return self.home.switch(self.name)

    @property
    def etc(self) -> Path:
        """Rendered configuration; see `render`."""
        return self.root / "etc"

    @property
    def run(self) -> Path:
        """Folder of the control socket, kept short."""
        return self.home.sockets / self.name

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def spool(self) -> Path:
        return self.root / "spool"

    @property
    def sounds(self) -> Path:
        return self.prefix / "usr/share/asterisk/sounds"

    def prepare(self, options: Mapping[str, str] | None = None) -> None:
        """Make the folders and `asterisk.conf`; clear the control socket of a dead one."""
        folders = ("etc", "log", "spool", "lib", "db", "keys", "agi")
        for folder in (self.root, *(self.root / name for name in folders), self.run):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for leftover in self.run.iterdir():
            leftover.unlink()
        (self.root / "asterisk.conf").write_text(self._config(options or {}), "utf-8")

    def program(self, addresses: Mapping[str, str] | None = None) -> Program:
        """How to run the prepared instance in the foreground, without colours."""
        return Program(
            name=self.name,
            argv=(*self._command(), "-f", "-n"),
            ready=self.is_booted,
            addresses=dict(addresses or {}),
        )

    def cli(self, command: str, *, timeout_s: float = 30.0) -> str:
        """Answer of the command line; raises CalledProcessError when nobody listens."""
        answer = subprocess.run(
            [*self._command(), "-rx", command],
            capture_output=True,
            text=True,
            check=True,
            timeout=timeout_s,
        )
        return answer.stdout

    def is_booted(self) -> bool:
        """Whether all modules are up; asks the control socket."""
        if not (self.run / "asterisk.ctl").exists():
            return False
        try:
            return "fully booted" in self.cli("core waitfullybooted", timeout_s=2.0)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            return False

    def _command(self) -> tuple[str, ...]:
        return (str(self.prefix / LAUNCHER), "-C", str(self.root / "asterisk.conf"))

    def _config(self, options: Mapping[str, str]) -> str:
        modules = debian.library_folders(self.prefix)[0] / "asterisk" / "modules"
        places = {
            "astetcdir": self.etc,
            "astmoddir": modules,
            "astdatadir": self.prefix / "usr/share/asterisk",
            "astvarlibdir": self.root / "lib",
            "astdbdir": self.root / "db",
            "astkeydir": self.root / "keys",
            "astagidir": self.root / "agi",
            "astspooldir": self.spool,
            "astlogdir": self.log,
            "astrundir": self.run,
            "astsbindir": self.prefix / "usr/sbin",
        }
        chosen = {"live_dangerously": "no", "nocolor": "yes", **options}
        lines = ["[directories]", *(f"{name} = {path}" for name, path in places.items())]
        lines += ["", "[options]", *(f"{name} = {value}" for name, value in chosen.items())]
        return "\n".join(lines) + "\n"

"""apt-get with a private state: the host's mirrors, but none of its package database.

Knows how to resolve and download; where packages go is decided elsewhere.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from foundation.embedded.errors import NotDebian

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
HOST_STATUS = Path("/var/lib/dpkg/status")

# Lists cannot be emptied on apt's command line; the host's hooks must not run for us.
_CLEARED = (
    "APT::Update::Pre-Invoke",
    "APT::Update::Post-Invoke",
    "APT::Update::Post-Invoke-Success",
    "DPkg::Pre-Invoke",
    "DPkg::Post-Invoke",
    "DPkg::Pre-Install-Pkgs",
    "APT::Default-Release",
)
_INDEX = re.compile(r"^'(?P<base>\S+)/dists/(?P<suite>[^/']+)/main/binary-")


Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A folder of packages. `suites` empty means the host's own suite."""

    name: str
    packages: tuple[str, ...]
    suites: tuple[str, ...] = ()
    # everything they need; of that only what this host lacks; or only these packages
    depth: Literal["closure", "missing", "alone"] = "closure"


@dataclass(frozen=True, slots=True)
class Source:
    """One suite of an archive."""

    base: str
    suite: str

    def line(self) -> str:
        return f"deb [signed-by={KEYRING}] {self.base} {self.suite} main\n"


def host_sources(draft: Path) -> list[Source]:
    """What apt itself makes of this host's source lists, the main archive first."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb") and KEYRING.exists()):
        raise NotDebian()
    (draft / "no-lists").mkdir()
    command = ["apt-get", "--print-uris", "-o", f"Dir::State::Lists={draft}/no-lists"]
    answer = subprocess.run(
        [*command, "-o", "Debug::NoLocking=1", "update"],
        capture_output=True,
        text=True,
        check=False,
    )
    found = [
        Source(match["base"], match["suite"])
        for match in map(_INDEX.match, answer.stdout.splitlines())
        if match is not None
    ]
    codename = _codename()
    mine = [source for source in dict.fromkeys(found) if source.suite.startswith(codename)]
    mine.sort(key=lambda source: source.suite != codename)
    if not mine:
        raise NotDebian(codename)
    return mine


def _codename() -> str:
    try:
        release = Path("/etc/os-release").read_text("utf-8")
    except OSError as error:
        raise NotDebian() from error
    match = re.search(r"^VERSION_CODENAME=\"?(\w+)", release, re.MULTILINE)
    if match is None:
        raise NotDebian("/etc/os-release")
    return match[1]


class Apt:
    """apt-get with its own lists, cache and idea of what is installed."""

    def __init__(
        self, folder: Path, wanted: Wanted, sources: list[Source], say: Say
    ) -> None:
        self._folder = folder
        self._wanted = wanted
        self._say = say
        for name in ("lists/partial", "cache/archives/partial", "empty"):
            (folder / name).mkdir(parents=True)
        (folder / "status").touch()
        lines = "".join(source.line() for source in sources)
        (folder / "sources.list").write_text(lines, "utf-8")
        self._write_config(HOST_STATUS if wanted.depth == "missing" else folder / "status")

    def _write_config(self, status: Path) -> None:
        folder = self._folder
        options = {
            "Dir::Etc::sourcelist": folder / "sources.list",
            "Dir::Etc::sourceparts": folder / "empty",
            "Dir::Etc::preferences": folder / "no-preferences",
            "Dir::Etc::preferencesparts": folder / "empty",
            "Dir::State": folder,
            "Dir::State::Lists": folder / "lists",
            "Dir::State::status": status,
            "Dir::Cache": folder / "cache",
            "Dir::Cache::archives": folder / "cache" / "archives",
            "APT::Install-Recommends": 0,
            "APT::Sandbox::User": "root",
            "APT::Keep-Downloaded-Packages": 1,
            "Acquire::Languages": "none",
            "Acquire::Retries": 3,
            "Debug::NoLocking": 1,
        }
        lines = [f"#clear {name};\n" for name in _CLEARED]
        lines += [f'{name} "{value}";\n' for name, value in options.items()]
        (folder / "apt.conf").write_text("".join(lines), "utf-8")

    def update(self) -> str | None:
        """Read the lists; None, or why not."""
        return self._run("update", "-o", "APT::Update::Error-Mode=any")

    def download(self) -> str | None:
        """Fetch the packages; None, or why not."""
        if self._wanted.depth == "alone":
            return self._run("download", *self._wanted.packages)
        arguments = ["install", "-y", "--download-only", *self._wanted.packages]
        if self._wanted.depth == "missing":
            arguments.insert(1, "--reinstall")
        return self._run(*arguments)

    def debs(self) -> list[Path]:
        archives = self._folder / "cache" / "archives"
        return sorted([*archives.glob("*.deb"), *self._folder.glob("*.deb")])

    def _run(self, *arguments: str) -> str | None:
        reader, writer = os.pipe()
        command = ["apt-get", "-qq", "-c", str(self._folder / "apt.conf")]
        command += ["-o", f"APT::Status-Fd={writer}", *arguments]
        with (self._folder / "stderr").open("w+", encoding="utf-8") as stderr:
            with subprocess.Popen(
                command,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                pass_fds=(writer,),
                env={**os.environ, "LC_ALL": "C.UTF-8"},
            ) as process:
                os.close(writer)
                try:
                    self._show_progress(reader, quiet=arguments[0] == "update")
                except BaseException:
                    process.kill()  # we were told to stop: do not wait for a download
                    raise
            if process.returncode == 0:
                return None
            stderr.seek(0)
            return _last_error(stderr.read())

    def _show_progress(self, reader: int, *, quiet: bool) -> None:
        shown = 0
        with os.fdopen(reader, encoding="utf-8", errors="replace") as status:
            for line in status:
                kind, _, rest = line.partition(":")
                percent = rest.split(":")[1] if rest.count(":") >= 2 else "0"
                if not quiet and kind == "dlstatus" and float(percent) >= shown + 20:
                    shown = int(float(percent)) // 20 * 20
                    self._say(f"{self._wanted.name}: baixando, {shown} %")


def _last_error(stderr: str) -> str:
    errors = [line for line in stderr.splitlines() if line.startswith(("E:", "W:"))]
    return errors[-1] if errors else (stderr.strip()[-200:] or "apt-get")

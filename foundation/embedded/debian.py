"""Unpack Debian packages into a cached folder of our own: no root, host untouched.

apt resolves and downloads with a private state; `dpkg-deb` and `tar` unpack. The mirror
is whatever apt on this host already uses, and only packages signed by Debian are taken.
The folder appears whole or not at all, and two who want it at once share one download.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from foundation.embedded.errors import NotDebian, PackagesNotFetched, PackagesNotUnpacked

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
HOST_STATUS = Path("/var/lib/dpkg/status")
RECORD = "packages.json"
SUMS = "SHA256SUMS.debs"
LEFT_OUT = ("./usr/share/doc/*", "./usr/share/man/*", "./usr/share/locale/*")

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
class _Source:
    base: str
    suite: str

    def line(self) -> str:
        return f"deb [signed-by={KEYRING}] {self.base} {self.suite} main\n"


def unpack(
    wanted: Wanted, cache: Path, say: Say, finish: Callable[[Path], None] | None = None
) -> Path:
    """Return the folder with those packages, made on first use.

    `finish` completes the new folder, or raises to refuse it, before anybody sees it.
    Raises NotDebian, PackagesNotFetched, PackagesNotUnpacked.
    """
    prefix = cache / wanted.name
    if _holds(prefix, wanted):
        return prefix
    cache.mkdir(parents=True, exist_ok=True)
    with _alone(cache / f".{wanted.name}.lock", say, wanted.name):
        if _holds(prefix, wanted):
            return prefix
        for stale in cache.glob(f".{wanted.name}~*"):
            shutil.rmtree(stale, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=f".{wanted.name}~", dir=cache) as draft:
            _make(wanted, Path(draft), say, finish)
            if prefix.exists():
                prefix.rename(Path(draft) / "replaced")
            (Path(draft) / "prefix").rename(prefix)
    return prefix


def record(prefix: Path) -> dict[str, object]:
    """What was unpacked there: suite, packages asked for, files with their sha256."""
    content = json.loads((prefix / RECORD).read_text("utf-8"))
    if not isinstance(content, dict):
        raise PackagesNotUnpacked(prefix / RECORD)
    return content


def library_folders(prefix: Path) -> list[Path]:
    """Folders of shared libraries in an unpacked prefix, for a loader's search path."""
    found = [*prefix.glob("usr/lib/*-linux-gnu*"), *prefix.glob("lib/*-linux-gnu*")]
    return [folder for folder in found if folder.is_dir()]


def _holds(prefix: Path, wanted: Wanted) -> bool:
    try:
        return record(prefix)["packages"] == list(wanted.packages)
    except FileNotFoundError:
        return False


@contextmanager
def _alone(lock: Path, say: Say, name: str) -> Iterator[None]:
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"{name}: outro processo já está baixando; aguardando")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _make(
    wanted: Wanted, draft: Path, say: Say, finish: Callable[[Path], None] | None
) -> None:
    suite, debs = _download(wanted, draft, say)
    prefix = draft / "prefix"
    prefix.mkdir(mode=0o755)
    say(f"{wanted.name}: desempacotando {len(debs)} pacotes")
    for deb in debs:
        _unpack_one(deb, prefix)
    sums = {deb.name: _sha256(deb) for deb in debs}
    lines = [f"{digest}  {name}\n" for name, digest in sorted(sums.items())]
    (prefix / SUMS).write_text("".join(lines), "utf-8")
    if finish is not None:
        finish(prefix)
    content = {"suite": suite, "packages": list(wanted.packages), "sha256": sums}
    (prefix / RECORD).write_text(json.dumps(content, indent=1, sort_keys=True), "utf-8")


def _download(wanted: Wanted, draft: Path, say: Say) -> tuple[str, list[Path]]:
    """Try the suites in order; return the one that had the packages, and their files."""
    host = _host_sources(draft)
    reasons = []
    for suite, sources in _choices(wanted, host):
        apt = _Apt(Path(tempfile.mkdtemp(dir=draft)), wanted, sources, say)
        say(f"{wanted.name}: lendo as listas de {suite}")
        failed = apt.update() or apt.download()
        if failed is None:
            return suite, apt.debs()
        reasons.append(f"{suite}: {failed}")
    raise PackagesNotFetched(" ".join(wanted.packages), "; ".join(reasons))


def _choices(wanted: Wanted, host: list[_Source]) -> Iterator[tuple[str, list[_Source]]]:
    if not wanted.suites:
        yield host[0].suite, host
    bases = list(dict.fromkeys(source.base for source in host))
    for suite in wanted.suites:
        for base in bases:
            yield suite, [_Source(base, suite)]


def _host_sources(draft: Path) -> list[_Source]:
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
        _Source(match["base"], match["suite"])
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


class _Apt:
    """apt-get with its own lists, cache and idea of what is installed."""

    def __init__(
        self, folder: Path, wanted: Wanted, sources: list[_Source], say: Say
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


def _unpack_one(deb: Path, prefix: Path) -> None:
    tar = ["tar", "-C", str(prefix), "-x", "--keep-directory-symlink", "--skip-old-files"]
    tar += ["--no-same-owner", *(f"--exclude={pattern}" for pattern in LEFT_OUT)]
    with subprocess.Popen(
        ["dpkg-deb", "--fsys-tarfile", str(deb)], stdout=subprocess.PIPE
    ) as packed:
        unpacked = subprocess.run(
            tar, stdin=packed.stdout, stderr=subprocess.PIPE, text=True, check=False
        )
    if packed.returncode or unpacked.returncode:
        raise PackagesNotUnpacked(deb.name, unpacked.stderr.strip()[-200:])


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

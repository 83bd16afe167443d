"""Unpack Debian packages into a cached folder of our own: no root, host untouched.

apt resolves and downloads with a private state; `dpkg-deb` and `tar` unpack. The mirror
is whatever apt on this host already uses, and only packages signed by Debian are taken.
The folder appears whole or not at all, and two who want it at once share one download.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from foundation.embedded.apt import Apt, Say, Source, Wanted, host_sources
from foundation.embedded.errors import PackagesNotFetched, PackagesNotUnpacked

__all__ = ["Say", "Wanted", "library_folders", "record", "unpack"]

RECORD = "packages.json"
SUMS = "SHA256SUMS.debs"
TELL_EVERY_PERCENT = 25
LEFT_OUT = ("./usr/share/doc/*", "./usr/share/man/*", "./usr/share/locale/*")


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
    told = 0
    for done, deb in enumerate(debs, start=1):
        _unpack_one(deb, prefix)
        if (share := 100 * done // len(debs)) >= told + TELL_EVERY_PERCENT:
            told = share
            say(f"{wanted.name}: desempacotando, {share} %")
    sums = {deb.name: _sha256(deb) for deb in debs}
    lines = [f"{digest}  {name}\n" for name, digest in sorted(sums.items())]
    (prefix / SUMS).write_text("".join(lines), "utf-8")
    if finish is not None:
        finish(prefix)
    content = {"suite": suite, "packages": list(wanted.packages), "sha256": sums}
    (prefix / RECORD).write_text(json.dumps(content, indent=1, sort_keys=True), "utf-8")


def _download(wanted: Wanted, draft: Path, say: Say) -> tuple[str, list[Path]]:
    """Try the suites in order; return the one that had the packages, and their files."""
    host = host_sources(draft)
    reasons = []
    for suite, sources in _choices(wanted, host):
        apt = Apt(Path(tempfile.mkdtemp(dir=draft)), wanted, sources, say)
        say(f"{wanted.name}: lendo as listas de {suite}")
        failed = apt.update() or apt.download()
        if failed is None:
            return suite, apt.debs()
        reasons.append(f"{suite}: {failed}")
    raise PackagesNotFetched(" ".join(wanted.packages), "; ".join(reasons))


def _choices(wanted: Wanted, host: list[Source]) -> Iterator[tuple[str, list[Source]]]:
    if not wanted.suites:
        yield host[0].suite, host
    bases = list(dict.fromkeys(source.base for source in host))
    for suite in wanted.suites:
        for base in bases:
            yield suite, [Source(base, suite)]


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

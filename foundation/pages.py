"""Pages of our own HTML as accessible PDF (PDF/UA-1), made in a child process.

The child alone needs the libraries that lay out text: the host's, else some of the host's
own Debian suite unpacked beside the project, found by its environment. It fetches nothing:
no address in a page is followed.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from ctypes.util import find_library
from pathlib import Path

from foundation.embedded import debian
from foundation.embedded.errors import ServerProblem
from foundation.observability import get_logger
from foundation.settings import ProcessSettings

LIMIT_S = 60.0
LIBRARIES = ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset", "fontconfig")
PACKAGES = (
    "fonts-dejavu-core",
    "libharfbuzz-subset0",
    "libpango-1.0-0",
    "libpangoft2-1.0-0",
)
_FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>{folders}<cachedir>{cache}</cachedir></fontconfig>
"""

log = get_logger(__name__)


class NoPdf(RuntimeError):
    """Não foi possível fazer o PDF; a página pode ser lida e impressa no navegador."""


async def pdf_of(page: str, settings: ProcessSettings) -> bytes:
    """Return the PDF of an HTML page; raises NoPdf."""
    environment = await asyncio.to_thread(_environment, settings)
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "foundation.pages_child",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | environment,
    )
    try:
        async with asyncio.timeout(LIMIT_S):
            made, trouble = await child.communicate(page.encode())
    except TimeoutError:
        raise NoPdf(f"{NoPdf.__doc__} ({LIMIT_S:.0f} s)") from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode or not made.startswith(b"%PDF"):
        last = trouble.decode("utf-8", errors="replace").strip().splitlines()[-1:]
        log.error("pdf_not_made", why=" ".join(last)[:200])
        raise NoPdf(NoPdf.__doc__)
    return made


def _environment(settings: ProcessSettings) -> dict[str, str]:
    """What the child needs beside our own environment; nothing when the host has all."""
    if all(find_library(name) for name in LIBRARIES) and _host_has_fonts():
        return {}
    wanted = debian.Wanted(name="pages", packages=PACKAGES, depth="missing")
    try:
        prefix = debian.unpack(
            wanted, settings.cache, lambda text: log.info("pages", say=text)
        )
    except ServerProblem as error:
        raise NoPdf(f"{NoPdf.__doc__} ({error})") from error
    folders = debian.library_folders(prefix)
    found = {"FONTCONFIG_FILE": str(_fonts_file(prefix))}
    if folders:
        found["LD_LIBRARY_PATH"] = ":".join(map(str, folders))
    return found


def _say(text: str) -> None:
    log.info("pdf_libraries", what=text)


def _host_has_fonts() -> bool:
    return any(Path("/usr/share/fonts").rglob("*.ttf"))


def _fonts_file(prefix: Path) -> Path:
    """Name the fonts of the prefix beside the host's."""
    path = prefix / "fonts.conf"
    places = (prefix / "usr/share/fonts", Path("/usr/share/fonts"))
    folders = "".join(f"<dir>{place}</dir>" for place in places)
    content = _FONTS.format(folders=folders, cache=prefix / "fonts-cache")
    if not path.exists() or path.read_text("utf-8") != content:
        handle, draft = tempfile.mkstemp(dir=prefix)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(content)
        Path(draft).replace(path)
    return path

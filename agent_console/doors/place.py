"""Where a person is sent after the login: a place of ours, never elsewhere. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

HOME = "/"
LONGEST = 500


def safe_next(wanted: str | None) -> str:
    """Return the place asked for when it is a path of ours, else the start page.

    >>> safe_next("/supervision?campanha=7"), safe_next("//evil.example/"), safe_next(None)
    ('/supervision?campanha=7', '/', '/')
    """
    if not wanted or len(wanted) > LONGEST or not wanted.isascii():
        return HOME
    if not wanted.isprintable() or "\\" in wanted or " " in wanted:
        return HOME  # browsers read a backslash as a slash and drop control characters
    if not wanted.startswith("/") or wanted.startswith("//"):
        return HOME
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return HOME
    if parts.scheme or parts.netloc or parts.path.startswith(("/login", "/logout", "//")):
        return HOME
    return wanted

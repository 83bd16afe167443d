"""Values on their way into an AMI action.

AMI is lines of text: a line break in a debtor's name would start a header, and so an
action, of the name's own. Such a value is refused, not repaired, because it shows that
something before us did not check its input. Pure.
"""

from __future__ import annotations

import re

from dialer.ports import SwitchRefused

_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Originate splits its Variable header at commas and honours quotes, brackets, backslashes
_SPLITTING = re.compile(r'([\\",()\[\]])')


class UnsafeValue(SwitchRefused):
    """A value holds a control character: it would become an AMI header of its own."""


def header_value(value: str) -> str:
    """Return the value itself; raises UnsafeValue when it holds a control character."""
    if _CONTROL.search(value) is not None:
        raise UnsafeValue(repr(value[:40]))
    return value


def assignment(name: str, value: str) -> str:
    """`name=value` for the Variable header of Originate, which is a list of its own.

    >>> assignment("NOTE", "a,b")
    'NOTE=a\\\\,b'
    """
    if _NAME.fullmatch(name) is None:
        raise UnsafeValue(repr(name[:40]))
    escaped = _SPLITTING.sub(r"\\\1", header_value(value))
    return f"{name}={escaped}"

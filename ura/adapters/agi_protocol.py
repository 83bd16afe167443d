"""The words of AGI: what Asterisk says to a FastAGI server, and how to answer.

Pure. Lines in, values out; sockets are in `fastagi`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

HANGUP = "HANGUP"  # comes between answers, whenever the channel is gone
_ANSWER = re.compile(r"(?P<code>\d{3})(?P<more>[ -])(?P<rest>.*)", re.ASCII)
_RESULT = re.compile(
    r"result=(?P<result>-?\w*)(?: \((?P<value>.*)\))?(?: endpos=(?P<endpos>\d+))?"
)
OK, USAGE_ENDS = 200, "520 "


class BadAgi(ValueError):
    """The other side does not speak AGI."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Asterisk's answer to one command. `code` 200 is done, 511 a dead channel.

    `endpos` is how many samples were played.
    """

    code: int
    result: str = ""
    value: str | None = None
    endpos: int = 0


def parse_environment(lines: list[str]) -> dict[str, str]:
    """Read the lines before the empty one; raises BadAgi."""
    environment: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name.startswith("agi_"):
            raise BadAgi("no AGI environment")
        environment[name] = value.strip()
    if "agi_request" not in environment:
        raise BadAgi("no agi_request")
    return environment


def script_of(environment: dict[str, str]) -> str:
    """Name of the conversation asked for: the path of `agi://host:port/NAME`."""
    return urlsplit(environment["agi_request"]).path.strip("/")


def parse_answer(line: str) -> Answer | None:
    """Read one line; None when the answer is still to come. Raises BadAgi.

    >>> parse_answer("200 result=1 (/srv/prompts)")
    Answer(code=200, result='1', value='/srv/prompts', endpos=0)
    """
    found = _ANSWER.fullmatch(line)
    if found is None:
        raise BadAgi("no AGI answer")
    code = int(found["code"])
    if code < OK:  # 100 Trying
        return None
    result = _RESULT.match(found["rest"])
    if result is None:
        return Answer(code)
    return Answer(code, result["result"], result["value"], int(result["endpos"] or 0))


def begins_usage(line: str) -> bool:
    """A `520-` answer goes on over several lines, up to one that begins with `520 `."""
    return line.startswith("520-")


def quoted(text: str) -> str:
    """Return an argument of a command; raises BadAgi for what would end the line."""
    if any(ord(letter) < 32 for letter in text):
        raise BadAgi("control character in an argument")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

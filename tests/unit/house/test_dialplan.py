"""The dialplan is judged by what our own Asterisk can do."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundation.development.dialplan import Names, committed, faults, rendered

NAMES = Names(
    "22.0", ("Answer", "AudioSocket", "Goto", "Hangup", "Set"), ("CALLERID", "HANGUPCAUSE")
)


def _faults(folder: Path, *steps: str) -> list[str]:
    file = folder / "extensions.conf"
    first, *more = steps
    lines = [f"exten => s,1,{first}", *(f" same => n,{step}" for step in more)]
    file.write_text("\n".join(["[general]", "[globals]", "[trial]", *lines, ""]), "utf-8")
    return faults(file, NAMES)


def test_the_rendered_dialplan_has_no_fault(tmp_path: Path) -> None:
    assert faults(rendered(tmp_path), committed()) == []


def test_an_application_newer_than_the_checker_is_accepted(tmp_path: Path) -> None:
    assert _faults(tmp_path, "Answer()", "AudioSocket(a,b)", "Hangup()") == []


def test_a_function_newer_than_the_checker_is_accepted(tmp_path: Path) -> None:
    assert _faults(tmp_path, "Set(cause=${HANGUPCAUSE(${CALLERID(num)},tech)})") == []


@pytest.mark.parametrize(
    ("step", "named"),
    [
        ("AudioSockt(a,b)", "AudioSockt"),  # misspelt
        ("audiosocket(a,b)", "audiosocket"),  # written otherwise than Asterisk lists it
        ("Macro(old)", "Macro"),  # the checker knows it, Asterisk 22 does not
        ("Set(cause=${HANGUPCAUS(a)})", "HANGUPCAUS"),
        ("Set(sum=${MATH(1+1,int)})", "MATH"),  # a module that we do not load
    ],
)
def test_what_our_asterisk_lacks_is_a_fault_with_its_line(
    tmp_path: Path, step: str, named: str
) -> None:
    found = _faults(tmp_path, "Answer()", step, "Hangup()")
    assert any(line.startswith("extensions.conf:5 ") and named in line for line in found)


def test_the_checker_itself_still_judges(tmp_path: Path) -> None:
    found = _faults(tmp_path, "Answer()", "Goto(no-such-context,s,1)")
    assert ["E_DP_GOTO_NOCONTEXT" in line for line in found] == [True]

"""What was said, to be read: the prompt's text with its values, but no digits.

Pure. Digits (a CPF that is read back, a code) tell who somebody is, or pay: they are not
written down.
"""

from __future__ import annotations

from collections.abc import Mapping

from ura.flow.prompts import Prompt, Slot
from ura.speaking.pieces import in_form

HIDDEN = "***"
READABLE = frozenset({"money", "date", "month_day", "number", "text"})


def as_written(prompt: Prompt, slots: Mapping[str, object]) -> str:
    """Return the text. Raises as `in_form` does.

    >>> from ura.flow.prompts import parts_of
    >>> cpf = Prompt(id="x", parts=parts_of("x", "O CPF é {cpf:digits}?"), of_debt=False)
    >>> as_written(cpf, {"cpf": "52998224725"})
    'O CPF é ***?'
    """
    return "".join(
        _value(part, slots) if isinstance(part, Slot) else part for part in prompt.parts
    )


def _value(slot: Slot, slots: Mapping[str, object]) -> str:
    return in_form(slots[slot.name], slot.form) if slot.form in READABLE else HIDDEN

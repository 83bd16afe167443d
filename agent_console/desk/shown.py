"""How personal data is shown at each level of identification."""

from __future__ import annotations

from agent_console.texts import TEXTS
from cobranca.contacts.dispositions import catalogue
from cobranca.contacts.identity import Level
from foundation.brasil.document import Document, masked
from foundation.brasil.phone import masked_phone


def telephone(e164: str, level: Level) -> str:
    """Whole only to who is confirmed; a third party must not hear another's number.

    >>> telephone("+5511900012345", Level.CONFIRMED)
    '+55 11 90001-2345'
    >>> telephone("+5511900012345", Level.NOBODY)
    '+55 11 *****-2345'
    """
    if level is not Level.CONFIRMED:
        return masked_phone(e164)
    return f"{e164[:3]} {e164[3:5]} {e164[5:-4]}-{e164[-4:]}"


def document(text: str, level: Level) -> str | None:
    """Masked, and only of who is confirmed."""
    if level is not Level.CONFIRMED:
        return None
    return masked(Document("cpf" if len(text) == 11 else "cnpj", text))


def first_name(name: str) -> str:
    """What a list may show of a debtor who is not on the line."""
    first, _, rest = name.partition(" ")
    return f"{first} {rest[:1]}." if rest else first


def disposition(code: str | None) -> str | None:
    """What a person reads; the code itself when the catalogue no longer has it."""
    entry = catalogue().named(code) if code else None
    return entry.label if entry else code


def campaign_waits(status: str) -> str | None:
    """Why a campaign in that state calls nobody; None while it does."""
    return TEXTS.section("campaign_waits").get(status)


def pause(code: str) -> str:
    words = TEXTS.section("pauses") | TEXTS.section("pause_names")
    return words.get(code, code)

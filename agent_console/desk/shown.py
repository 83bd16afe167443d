"""How personal data is shown at each level of identification."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from agent_console.texts import TEXTS
from cobranca.compliance.outlook import Outlook
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


def clock(instant: datetime, now: datetime, zone: str | None) -> str:
    """The local time, with the day when it is another.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 10, 15, tzinfo=UTC)
    >>> clock(noon, noon, "America/Sao_Paulo")
    '12:00'
    >>> clock(datetime(2026, 3, 11, 11, tzinfo=UTC), noon, "America/Sao_Paulo")
    '11/03 às 08:00'
    """
    there = ZoneInfo(zone or "America/Sao_Paulo")
    local, today = instant.astimezone(there), now.astimezone(there).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%d/%m} às {local:%H:%M}"


def policy_line(seen: Outlook, now: datetime) -> str:
    """`Pode ligar até 20:00; 1 de 3 tentativas hoje`."""
    words = TEXTS.section("outlook")
    until = seen.open_until if seen.verdict.allowed else seen.verdict.until
    key = "open" if seen.verdict.allowed else "closed_until" if until else "closed"
    window = words[key].format(until=clock(until, now, seen.zone) if until else "")
    attempts = "attempts" if seen.attempts_max else "attempts_unlimited"
    count = words[attempts].format(count=seen.attempts_today, most=seen.attempts_max)
    return f"{window}; {count}"

"""An explanation as people and programs read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from cobranca.compliance.explain import Explanation, ForCreditor
from cobranca.compliance.facts import Candidate
from cobranca.compliance.model import TELEPHONE, Means, Refused
from cobranca.compliance.service import Errand
from cobranca.compliance.window import Seen
from cobranca.compliance.wording import policy_line, words
from foundation.brasil.phone import masked_phone
from foundation.clock import SAO_PAULO

Titles = Mapping[str, str]  # of rules, by code


def as_json(
    now: datetime, errand: Errand, explained: Sequence[Explanation], titles: Titles
) -> dict[str, Any]:
    """For a program. Instants are ISO 8601."""
    means = errand.means
    points = [_point(item, now, means, titles) for item in explained]
    kind = "telephones" if means in TELEPHONE else "points"
    asked = {"at": now.isoformat(), "means": means, "purpose": errand.purpose}
    return asked | {kind: points}


def as_text(
    now: datetime, errand: Errand, explained: Sequence[Explanation], titles: Titles
) -> str:
    """For people, in pt-BR."""
    means = errand.means
    by, what_for = words("means")[means], words("purposes")[errand.purpose]
    lines = [f"Em {_local(now)}, por {by}, {what_for}:"]
    if not explained:
        lines.append("  o devedor não tem por onde ser contatado assim.")
    for item in explained:
        line = _line(item.seen, item, now, means)
        lines.append(f"  {masked_point(item.candidate, means)}: {line}")
        answers = item.answers if item.differs else item.answers[:1]
        for answer in answers:
            lines += _answer(answer, titles, named=item.differs)
    return "\n".join(lines)


def masked_point(candidate: Candidate, means: Means) -> str:
    """A point for screens: what a telephone ends in, a mail's domain, a state."""
    if means in TELEPHONE:
        return masked_phone(candidate.number)
    if means == "email":
        return masked_mail(candidate.number)
    return f"endereço em {candidate.address_uf or '?'}"


def masked_mail(address: str) -> str:
    """The first letter and the domain.

    >>> masked_mail("fulano@exemplo.com.br")
    'f***@exemplo.com.br'
    """
    name, _, domain = address.partition("@")
    return f"{name[:1]}***@{domain}"


def _point(
    item: Explanation, now: datetime, means: Means, titles: Titles
) -> dict[str, Any]:
    return {
        "contact_point_id": str(item.candidate.contact_point_id),
        "telephone": masked_point(item.candidate, means),
        "line": _line(item.seen, item, now, means),
        **_seen(item.seen, titles),
        "attempts_today": item.attempts_today,
        "attempts_max": item.attempts_max,
        "creditors": [
            {
                "creditor_id": answer.creditor and str(answer.creditor),
                "creditor": answer.name,
                **_seen(answer.seen, titles),
            }
            for answer in item.answers
        ],
    }


def _seen(seen: Seen, titles: Titles) -> dict[str, Any]:
    return {
        "allowed": seen.verdict.allowed,
        "rule": seen.verdict.rule,
        "source": seen.verdict.source,
        "until": _iso(seen.verdict.until),
        "open_until": _iso(seen.open_until),
        "closed_by": seen.closing and _refused(seen.closing, titles),
        "objections": [_refused(refused, titles) for refused in seen.objections],
    }


def _refused(refused: Refused, titles: Titles) -> dict[str, Any]:
    return {
        "rule": refused.rule,
        "title": titles.get(refused.rule, refused.rule),
        "source": refused.source,
        "until": _iso(refused.until),
    }


def _line(seen: Seen, item: Explanation, now: datetime, means: Means) -> str:
    attempts = (item.attempts_today, item.attempts_max)
    return policy_line(seen, now, item.candidate.zone, attempts, means)


def _answer(answer: ForCreditor, titles: Titles, *, named: bool) -> Iterator[str]:
    seen = answer.seen
    if named:
        yield f"    {answer.name}: {'pode' if seen.verdict.allowed else 'NÃO pode'}"
    for refused in seen.objections:
        until = "não há quando" if refused.until is None else f"até {_local(refused.until)}"
        yield f"    não: {_cited(refused, titles)} ({until})"
    if seen.closing is not None:
        yield f"    fecha por: {_cited(seen.closing, titles)}"
    if not seen.verdict.allowed:
        again = seen.verdict.until
        yield "    não há quando" if again is None else f"    a partir de {_local(again)}"


def _cited(refused: Refused, titles: Titles) -> str:
    return f"{titles.get(refused.rule, refused.rule)} [{refused.rule}]: {refused.source}"


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


def _local(instant: datetime) -> str:
    return f"{instant.astimezone(SAO_PAULO):%d/%m/%Y %H:%M} (São Paulo)"

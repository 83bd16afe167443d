"""The portal's other rights: dispute, opt out, be called at a time, see own data."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

from aiohttp import web

from agent_console.api.endpoint import OpenEndpoint
from agent_console.portal import ringing
from agent_console.portal.asking import KEYS, Asked, form_of, identified, now, sent_to
from agent_console.portal.showing import show
from agent_console.problems import Problem
from agent_console.routes.portal_debts import one_debt
from agent_console.services import DATABASE, SETTINGS
from agent_console.texts import TEXTS
from cobranca.channels import stopping
from cobranca.compliance.model import Means
from cobranca.compliance.service import ContactPolicy
from cobranca.people import audit
from cobranca.portal import acts, requests
from cobranca.portal.holdings import holdings_of, plain
from cobranca.portal.requests import Kind
from dialer.callbacks.booking import FARTHEST, NotBooked
from foundation.db.contact_clock import contact_clock

STOP_PATH = "/parar/{token:[A-Za-z0-9_-]{1,80}}"
STOPPABLE: dict[str, Means] = {
    "voice": "voice", "robot": "robot", "sms": "sms", "email": "email",
    "whatsapp": "whatsapp", "letter": "letter",
}  # fmt: skip
DATA_KINDS = {kind.value: kind for kind in (Kind.CORRECT, Kind.DELETE)}
assert STOPPABLE.keys() == set(get_args(Means))  # noqa: S101 - a new means is one to stop


async def dispute_page(asked: Asked) -> web.StreamResponse:
    debt = await one_debt(asked)
    return await show(
        asked.request, "dispute.html", visit=asked.visit, debt=debt, trouble="",
    )  # fmt: skip


async def dispute(asked: Asked) -> web.StreamResponse:
    debt = await one_debt(asked)
    told = asked.form.get("told", "").strip()
    if not told:
        return await show(
            asked.request, "dispute.html", visit=asked.visit, status=422, debt=debt,
            trouble="empty",
        )  # fmt: skip
    contact_now = await asked.contact_now()
    async with asked.engine.begin() as connection:
        number = await acts.dispute(
            connection, asked.keys, asked.debtor, debt, told,
            now=now(), contact_now=contact_now,
        )  # fmt: skip
        await audit.record_debtor(connection, asked.debtor, action="portal.dispute")
    return sent_to(f"/portal/pedidos?feito={number}")


async def contact(asked: Asked) -> web.StreamResponse:
    return await _contact(asked)


async def ring(asked: Asked) -> web.StreamResponse:
    """Call me at this time."""
    contact_now, policy = await asked.contact_now(), _policy(asked)
    async with asked.engine.begin() as connection:
        zone = await ringing.zone_of(connection, asked.debtor)
        try:
            form = asked.form
            at = ringing.instant_of(form.get("day", ""), form.get("time", ""), zone)
        except ringing.UnreadableTime:
            text = TEXTS.section("portal_not_booked")["unreadable"]
            return await _contact(asked, status=422, trouble=text)
        made = await ringing.ring_at(
            connection, policy, asked.keys, asked.debtor, at,
            contact_now=contact_now, now=now(),
        )  # fmt: skip
        if not isinstance(made, NotBooked):
            await audit.record_debtor(connection, asked.debtor, action="portal.call_back")
    if isinstance(made, NotBooked):
        text = ringing.refusal(made, policy, zone, contact_now)
        return await _contact(asked, status=409, trouble=text)
    if made:
        return sent_to(f"/portal/pedidos?feito={made}")
    return await _contact(asked, done=f"{at:%d/%m/%Y às %H:%M}")


async def stop(asked: Asked) -> web.StreamResponse:
    """No more contact, by one means or by any, from this moment on."""
    wanted = asked.form.get("means", "")
    if wanted != "all" and wanted not in STOPPABLE:
        return await _contact(asked, status=422)
    contact_now = await asked.contact_now()
    async with asked.engine.begin() as connection:
        await acts.opt_out(
            connection, asked.debtor, STOPPABLE.get(wanted), contact_now=contact_now
        )
        detail = {"means": wanted}
        await audit.record_debtor(
            connection, asked.debtor, action="portal.opt_out", detail=detail
        )
    return await _contact(asked, stopped=wanted)


async def data(asked: Asked) -> web.StreamResponse:
    """What we hold of him, in words."""
    return await _data(asked)


async def data_file(asked: Asked) -> web.StreamResponse:
    """The same as a file, whole (LGPD art. 18, II and V)."""
    async with asked.engine.begin() as connection:
        held = await holdings_of(connection, asked.keys, asked.debtor)
        await audit.record_debtor(connection, asked.debtor, action="portal.data.export")
    response = web.json_response(plain(held))
    response.headers["Content-Disposition"] = 'attachment; filename="meus-dados.json"'
    return response


async def ask_data(asked: Asked) -> web.StreamResponse:
    """Correct or delete: a person answers, by the day that the law gives."""
    kind = DATA_KINDS.get(asked.form.get("kind", ""))
    told = asked.form.get("told", "").strip()
    if kind is None or (kind is Kind.CORRECT and not told):
        return await _data(asked, status=422, trouble="empty")
    async with asked.engine.begin() as connection:
        number = await requests.ask(connection, asked.keys, kind, asked.debtor, told, now())
        action = f"portal.data.{kind.value}"
        await audit.record_debtor(connection, asked.debtor, action=action)
    return sent_to(f"/portal/pedidos?feito={number}")


async def asked_for(asked: Asked) -> web.StreamResponse:
    """Requests with their protocol numbers, and the answers."""
    async with asked.engine.connect() as connection:
        found = await requests.requests(connection, asked.keys, debtor=asked.debtor)
    done = asked.request.query.get("feito", "")
    return await show(
        asked.request, "requests.html", visit=asked.visit, requests=found,
        done=done if done in {one.protocol for one in found} else "",
        kinds=TEXTS.section("portal_requests"),
    )  # fmt: skip


async def stop_page(request: web.Request) -> web.StreamResponse:
    """Looks at nothing: programs open links in e-mails by themselves."""
    token = request.match_info["token"]
    return await show(request, "stop.html", token=token, done=False)


async def stop_messages(request: web.Request) -> web.StreamResponse:
    """One click, of a person or of his mail program (RFC 8058); no login, no question."""
    await form_of(request)
    message = stopping.message_of(request.app[KEYS], request.match_info["token"])
    if message is None:
        raise Problem("portal_not_yours", 404)
    async with request.app[DATABASE].begin() as connection:
        clock = await contact_clock(connection, request.app[SETTINGS])
        if not await stopping.stop(connection, message, clock.now()):
            raise Problem("portal_not_yours", 404)
    return await show(request, "stop.html", token="", done=True)


async def _contact(
    asked: Asked, *, status: int = 200, trouble: str = "", done: str = "", stopped: str = ""
) -> web.StreamResponse:
    contact_now = await asked.contact_now()
    async with asked.engine.connect() as connection:
        zone = await ringing.zone_of(connection, asked.debtor)
    first = contact_now.astimezone(zone).date()
    return await show(
        asked.request, "contact.html", visit=asked.visit, status=status, trouble=trouble,
        done=done, stopped=stopped, first=first, last=first + FARTHEST - timedelta(days=1),
        zone=TEXTS.section("portal_zones").get(zone.key, zone.key), form=asked.form,
    )  # fmt: skip


async def _data(
    asked: Asked, *, status: int = 200, trouble: str = ""
) -> web.StreamResponse:
    async with asked.engine.begin() as connection:
        held = await holdings_of(connection, asked.keys, asked.debtor)
        await audit.record_debtor(connection, asked.debtor, action="portal.data.see")
    return await show(
        asked.request, "data.html", visit=asked.visit, status=status, held=held,
        trouble=trouble, points=TEXTS.section("portal_points"),
    )  # fmt: skip


def _policy(asked: Asked) -> ContactPolicy:
    return ContactPolicy.of(asked.request.app[SETTINGS])


ENDPOINTS = (
    OpenEndpoint(
        verb="GET", path="/portal/dividas/{id}/contestar", summary="Portal: contestar",
        handler=identified(dispute_page),
    ),
    OpenEndpoint(
        verb="POST", path="/portal/dividas/{id}/contestar",
        summary="Portal: enviar a contestação", handler=identified(dispute),
    ),
    OpenEndpoint(
        verb="GET", path="/portal/contato", summary="Portal: contato",
        handler=identified(contact),
    ),
    OpenEndpoint(
        verb="POST", path="/portal/contato/ligacao", summary="Portal: pedir uma ligação",
        handler=identified(ring),
    ),
    OpenEndpoint(
        verb="POST", path="/portal/contato/parar",
        summary="Portal: não ser mais contatado", handler=identified(stop),
    ),
    OpenEndpoint(
        verb="GET", path="/portal/dados", summary="Portal: meus dados",
        handler=identified(data),
    ),
    OpenEndpoint(
        verb="POST", path="/portal/dados", summary="Portal: corrigir ou excluir dados",
        handler=identified(ask_data),
    ),
    OpenEndpoint(
        verb="GET", path="/portal/dados/arquivo", summary="Portal: meus dados, em arquivo",
        handler=identified(data_file),
    ),
    OpenEndpoint(
        verb="GET", path="/portal/pedidos", summary="Portal: meus pedidos",
        handler=identified(asked_for),
    ),
    OpenEndpoint(
        verb="GET", path=STOP_PATH, summary="Não receber mais mensagens: a página",
        handler=stop_page,
    ),
    OpenEndpoint(
        verb="POST", path=STOP_PATH, summary="Não receber mais mensagens",
        handler=stop_messages,
    ),
)  # fmt: skip

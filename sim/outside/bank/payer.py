"""What a payer's banking app does, as a page on loopback: paste a Pix code, or transfer.

Finds the charge by the address in the code, as an app does by fetching it. An
authorisation of Pix Automático is approved the same way.
"""

from __future__ import annotations

from decimal import Decimal
from importlib.resources import files

from aiohttp import web
from jinja2 import Environment, StrictUndefined

from cobranca.payments.pix.brcode import read_code
from cobranca.payments.refusal import PaymentRefused
from foundation.brasil.document import InvalidDocument, parse_document
from foundation.brasil.money import InvalidAmount, format_amount, parse_amount
from foundation.clock import SAO_PAULO
from sim.outside.bank.books import Problem
from sim.outside.bank.card_desk import CardDesk
from sim.outside.bank.server import Bank

_PAGES = Environment(autoescape=True, undefined=StrictUndefined)


class NotForThisBank(ValueError):
    """O código não é de uma cobrança deste banco."""


def payer_app(bank: Bank, cards: CardDesk | None = None) -> web.Application:
    """Return the application; `POST /pay` answers JSON to programs, a page to people."""

    async def transfer_now(request: web.Request) -> web.Response:
        form = await request.post()
        try:
            amount = parse_amount(str(form.get("sum", "")))
            payer = parse_document(str(form.get("document", "")))
        except (InvalidAmount, InvalidDocument) as error:
            return _page("", str(error), status=409)
        bank.account.transfer(amount, bank.now().astimezone(SAO_PAULO).date(), payer)
        return _page(f"Transferência de {format_amount(amount)} feita.", "")

    async def statement(_request: web.Request) -> web.Response:
        headers = {"Content-Disposition": 'attachment; filename="extrato.ofx"'}
        return web.Response(
            body=bank.statement(), content_type="application/x-ofx", headers=headers
        )

    async def page(_request: web.Request) -> web.Response:
        return _page("", "")

    async def pay_now(request: web.Request) -> web.Response:
        form = await request.post()
        code, amount = str(form.get("code", "")), str(form.get("amount", ""))
        as_json = "application/json" in request.headers.get("Accept", "")
        try:
            said = pay(bank, code, parse_amount(amount) if amount.strip() else None)
        except (NotForThisBank, PaymentRefused, InvalidAmount) as error:
            text = str(error)
        except Problem as problem:
            text = str(problem.body["detail"])
        else:
            return web.json_response({"paid": said}) if as_json else _page(said, "")
        if as_json:
            return web.json_response({"error": text}, status=409)
        return _page("", text, status=409)

    app = web.Application(client_max_size=4096)
    app.router.add_get("/", page)
    app.router.add_post("/pay", pay_now)
    app.router.add_post("/transfer", transfer_now)
    app.router.add_get("/extrato.ofx", statement)
    if cards is not None:
        app.add_routes(cards.routes())
    return app


def pay(bank: Bank, code: str, amount: Decimal | None = None) -> str:
    """Pay what a code asks for; returns what the payer is told.

    Raises NotForThisBank, PaymentRefused (unreadable code), Problem (not payable).
    """
    code = "".join(code.splitlines()).strip()  # its names may hold blanks
    read = read_code(code)
    if read.recurrence_url is not None:
        return _approve(bank, code)
    for (kind, txid), charge in bank.books.charges.items():
        if charge.get("location") == read.url and read.url is not None:
            bank.pay(kind, txid, amount=amount)
            return f"Pix de {format_amount(_paid(bank, kind, txid))} feito."
    raise NotForThisBank(NotForThisBank.__doc__)


def _paid(bank: Bank, kind: str, txid: str) -> Decimal:
    return Decimal(bank.books.get(kind, txid)["pix"][-1]["valor"])


def _approve(bank: Bank, code: str) -> str:
    for name, recurrence in bank.books.recurrences.items():
        if recurrence["dadosQR"]["pixCopiaECola"] == code:
            bank.decide_recurrence(name, "APROVADA")
            return "Pix Automático autorizado."
    raise NotForThisBank(NotForThisBank.__doc__)


def _page(said: str, trouble: str, status: int = 200) -> web.Response:
    source = files("sim.outside.bank").joinpath("payer.html.j2").read_text("utf-8")
    text = _PAGES.from_string(source).render(said=said, trouble=trouble)
    return web.Response(text=text, content_type="text/html", status=status)

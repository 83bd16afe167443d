"""The simulated bank's routes of API Pix 2.9, over its books."""

from __future__ import annotations

import json
import math
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from aiohttp import web

from sim.outside.bank.books import Books, Problem
from sim.outside.bank.doors import Doors

_PAGE = 100
Now = Callable[[], datetime]
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Api:
    """`webhooks` is what the client asked for: by key, and `rec`, `cobr`."""

    def __init__(self, books: Books, doors: Doors, now: Now) -> None:
        self._books = books
        self._doors = doors
        self._now = now
        self.webhooks: dict[str, str] = {}
        self.silent = 0  # so many requests to come are done but never answered well

    def routes(self) -> list[web.RouteDef]:
        made = [web.post("/oauth/token", self._doors.token)]
        for kind in ("cob", "cobv", "cobr"):
            made += [
                web.put(f"/{kind}/{{txid}}", self._put_charge),
                web.patch(f"/{kind}/{{txid}}", self._patch_charge),
                web.get(f"/{kind}/{{txid}}", self._get_charge),
            ]
        return [
            *made,
            web.get("/pix", self._list_pix),
            web.get("/pix/{e2e}", self._get_pix),
            web.put("/pix/{e2e}/devolucao/{id}", self._refund),
            web.put("/webhook/{key}", self._webhook),
            web.put("/webhookrec", self._webhook),
            web.put("/webhookcobr", self._webhook),
            web.post("/locrec", self._new_location),
            web.post("/rec", self._new_recurrence),
            web.get("/rec/{id}", self._get_recurrence),
            web.patch("/rec/{id}", self._patch_recurrence),
        ]

    @web.middleware
    async def problems(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Word refusals as the API does, and be silent when told to."""
        try:
            answer = await handler(request)
        except Problem as problem:
            return web.json_response(
                problem.body, status=problem.status, content_type="application/problem+json"
            )
        if self.silent and request.path != "/oauth/token":
            self.silent -= 1
            return web.Response(status=503)
        return answer

    async def _put_charge(self, request: web.Request) -> web.Response:
        kind = self._kind(request, "write")
        body = await _body(request)
        made = self._books.put(kind, request.match_info["txid"], body, self._now())
        return web.json_response(made, status=201)

    async def _patch_charge(self, request: web.Request) -> web.Response:
        kind = self._kind(request, "write")
        changed = self._books.patch(kind, request.match_info["txid"], await _body(request))
        return web.json_response(changed)

    async def _get_charge(self, request: web.Request) -> web.Response:
        kind = self._kind(request, "read")
        return web.json_response(self._books.get(kind, request.match_info["txid"]))

    def _kind(self, request: web.Request, right: str) -> str:
        kind = request.path.split("/")[1]
        self._doors.admit(request, f"{kind}.{right}")
        return kind

    async def _list_pix(self, request: web.Request) -> web.Response:
        self._doors.admit(request, "pix.read")
        try:
            since = datetime.fromisoformat(request.query["inicio"])
            until = datetime.fromisoformat(request.query["fim"])
            page = int(request.query.get("paginacao.paginaAtual", "0"))
            found = [
                pix
                for pix in self._books.received.values()
                if since <= datetime.fromisoformat(pix["horario"]) <= until
            ]
        except (KeyError, ValueError, TypeError):
            raise Problem(
                400, "PixConsultaInvalida", "período inválido", "inicio"
            ) from None
        paging = {
            "paginaAtual": page,
            "itensPorPagina": _PAGE,
            "quantidadeDePaginas": max(1, math.ceil(len(found) / _PAGE)),
            "quantidadeTotalDeItens": len(found),
        }
        return web.json_response(
            {
                "parametros": {
                    "inicio": request.query["inicio"],
                    "fim": request.query["fim"],
                    "paginacao": paging,
                },
                "pix": found[page * _PAGE : (page + 1) * _PAGE],
            }
        )

    async def _get_pix(self, request: web.Request) -> web.Response:
        self._doors.admit(request, "pix.read")
        if (found := self._books.received.get(request.match_info["e2e"])) is None:
            raise Problem(404, "PixNaoEncontrado", "Pix não encontrado")
        return web.json_response(found)

    async def _refund(self, request: web.Request) -> web.Response:
        self._doors.admit(request, "pix.write")
        body = await _body(request)
        places = request.match_info
        made = self._books.refund(
            places["e2e"], places["id"], str(body.get("valor", "")), self._now()
        )
        return web.json_response(made, status=201)

    async def _webhook(self, request: web.Request) -> web.Response:
        name = request.path.split("/")[1]
        self._doors.admit(request, f"{name}.write")
        url = str((await _body(request)).get("webhookUrl", ""))
        if not url.startswith("https://"):
            raise Problem(400, "WebhookOperacaoInvalida", "endereço sem TLS", "webhookUrl")
        self.webhooks[request.match_info.get("key", name)] = url
        return web.Response(status=200)

    async def _new_location(self, request: web.Request) -> web.Response:
        self._doors.admit(request, "rec.write")
        self._books.locations += 1
        made = {"id": self._books.locations, "criacao": self._now().isoformat()}
        return web.json_response(made, status=201)

    async def _new_recurrence(self, request: web.Request) -> web.Response:
        self._doors.admit(request, "rec.write")
        body = await _body(request)
        if not 0 < int(body.get("loc", 0)) <= self._books.locations:
            raise Problem(400, "RecOperacaoInvalida", "location inexistente", "rec.loc")
        return web.json_response(self._books.new_recurrence(body, self._now()), status=201)

    async def _get_recurrence(self, request: web.Request) -> web.Response:
        self._doors.admit(request, "rec.read")
        return web.json_response(self._books.recurrence(request.match_info["id"]))

    async def _patch_recurrence(self, request: web.Request) -> web.Response:
        self._doors.admit(request, "rec.write")
        status = (await _body(request)).get("status")
        if status != "CANCELADA":
            raise Problem(400, "RecOperacaoInvalida", "só se pode cancelar", "rec.status")
        moved = self._books.move_recurrence(request.match_info["id"], status, self._now())
        return web.json_response(moved)


async def _body(request: web.Request) -> Mapping[str, Any]:
    try:
        body = await request.json()
    except json.JSONDecodeError:
        raise Problem(400, "RequisicaoInvalida", "JSON inválido") from None
    if not isinstance(body, dict):
        raise Problem(400, "RequisicaoInvalida", "esperado um objeto")
    return body

"""The simulated bank's books: charges, Pix received, refunds, recurrences.

No clock and no network of its own: the time comes with each call. Rules are those
of API Pix 2.9: a txid is used once for ever, a paid or removed charge is not changed, a
charge that is not active cannot be paid, refunds never exceed the Pix.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from cobranca.payments.pix.brcode import Receiver, dynamic_code, recurrence_code
from sim.outside.bank.pricing import Price, price_on

ISPB = "99999004"
_TXID = re.compile(r"[a-zA-Z0-9]{26,35}", re.ASCII)
_AMOUNT = re.compile(r"\d{1,10}\.\d{2}", re.ASCII)
ERRORS = "https://pix.bcb.gov.br/api/v2/error/"


class Problem(Exception):
    """A refusal as the API words it."""

    def __init__(self, status: int, kind: str, detail: str, *properties: str) -> None:
        super().__init__(kind)
        self.status = status
        self.body = {
            "type": ERRORS + kind,
            "title": kind,
            "status": status,
            "detail": detail,
            "violacoes": [{"razao": detail, "propriedade": each} for each in properties],
        }


@dataclass(slots=True)
class Books:
    """All of it in memory; `host` is where payers' applications fetch charges."""

    host: str
    key: str
    receiver: Receiver
    charges: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    received: dict[str, dict[str, Any]] = field(default_factory=dict)
    recurrences: dict[str, dict[str, Any]] = field(default_factory=dict)
    locations: int = 0
    _serial: int = 0

    def put(
        self, kind: str, txid: str, body: Mapping[str, Any], at: datetime
    ) -> dict[str, Any]:
        """Register a `cob`, `cobv` or `cobr`."""
        name = {"cob": "Cob", "cobv": "CobV", "cobr": "CobR"}[kind] + "OperacaoInvalida"
        if not _TXID.fullmatch(txid):
            raise Problem(400, name, "txid fora do padrão", f"{kind}.txid")
        if any((each, txid) in self.charges for each in ("cob", "cobv", "cobr")):
            raise Problem(400, name, "o txid já foi usado", f"{kind}.txid")
        self._check(name, kind, body)
        charge = dict(body) | {"txid": txid, "revisao": 0, "status": "ATIVA", "pix": []}
        charge["calendario"] = dict(body["calendario"]) | {"criacao": at.isoformat()}
        if kind == "cobr":
            recurrence = self.recurrence(str(body.get("idRec", "")))
            if recurrence["status"] != "APROVADA":
                raise Problem(400, name, "a recorrência não está aprovada", "cobr.idRec")
        else:
            path = (
                f"{self.host}/qr/v2/{'cobv/' if kind == 'cobv' else ''}{self._next():032x}"
            )
            charge["location"] = path
            charge["pixCopiaECola"] = dynamic_code(path, self.receiver)
        self.charges[kind, txid] = charge
        return charge

    def _check(self, name: str, kind: str, body: Mapping[str, Any]) -> None:
        amount = str(body.get("valor", {}).get("original", ""))
        if not _AMOUNT.fullmatch(amount) or Decimal(amount) == 0:
            raise Problem(400, name, "valor inválido", f"{kind}.valor.original")
        if kind != "cobr" and body.get("chave") != self.key:
            raise Problem(400, name, "a chave não é do recebedor", f"{kind}.chave")
        if kind != "cob" and "dataDeVencimento" not in body.get("calendario", {}):
            raise Problem(
                400, name, "sem vencimento", f"{kind}.calendario.dataDeVencimento"
            )
        if kind == "cobv" and "devedor" not in body:
            raise Problem(400, name, "sem devedor", "cobv.devedor")

    def get(self, kind: str, txid: str) -> dict[str, Any]:
        try:
            return self.charges[kind, txid]
        except KeyError:
            raise Problem(404, "CobNaoEncontrada", "cobrança não encontrada") from None

    def patch(self, kind: str, txid: str, body: Mapping[str, Any]) -> dict[str, Any]:
        charge = self.get(kind, txid)
        if charge["status"] != "ATIVA":
            raise Problem(400, "CobOperacaoInvalida", "a cobrança não está ativa", "status")
        for name, value in body.items():
            same = isinstance(value, dict) and isinstance(charge.get(name), dict)
            charge[name] = charge[name] | value if same else value
        charge["revisao"] += 1
        return charge

    def pay(
        self, kind: str, txid: str, at: datetime, *, amount: Decimal | None = None
    ) -> dict[str, Any]:
        """A payer pays; another `amount` than the charge's is what a wrong payment is."""
        charge = self.get(kind, txid)
        if charge["status"] != "ATIVA":
            raise Problem(400, "CobOperacaoInvalida", "a cobrança não está ativa", "status")
        price = self.price(kind, charge, at.date())
        pix = self._pix(price.final if amount is None else amount, at, txid=txid)
        if kind == "cobv":
            pix["componentesValor"] = _components(price)
        charge["pix"].append(pix)
        charge["status"] = "CONCLUIDA"
        return pix

    def price(self, kind: str, charge: Mapping[str, Any], day: date) -> Price:
        """What a charge costs on a day."""
        calendar = charge["calendario"]
        due_on = date.fromisoformat(calendar["dataDeVencimento"]) if kind == "cobv" else day
        return price_on(charge["valor"], due_on, day)

    def pay_key(
        self, at: datetime, amount: Decimal, *, txid: str | None = None
    ) -> dict[str, Any]:
        """A payer pays the key itself, by a static code or by hand."""
        return self._pix(amount, at, txid=txid)

    def _pix(self, amount: Decimal, at: datetime, *, txid: str | None) -> dict[str, Any]:
        end_to_end = f"E{ISPB}{at:%Y%m%d%H%M}{self._next():011d}"
        pix: dict[str, Any] = {
            "endToEndId": end_to_end,
            "valor": f"{amount:.2f}",
            "horario": at.isoformat(),
            "chave": self.key,
            "devolucoes": [],
        }
        self.received[end_to_end] = pix if txid is None else pix | {"txid": txid}
        return self.received[end_to_end]

    def refund(self, end_to_end: str, refund_id: str, amount: str, at: datetime) -> Any:
        """Give back part of a Pix; the same id twice is the same refund."""
        if end_to_end not in self.received:
            raise Problem(404, "PixNaoEncontrado", "Pix não encontrado")
        pix = self.received[end_to_end]
        for made in pix["devolucoes"]:
            if made["id"] == refund_id:
                return made
        given = sum((Decimal(each["valor"]) for each in pix["devolucoes"]), Decimal(0))
        if not _AMOUNT.fullmatch(amount) or given + Decimal(amount) > Decimal(pix["valor"]):
            raise Problem(400, "PixDevolucaoInvalida", "valor acima do que resta", "valor")
        made = {
            "id": refund_id,
            "rtrId": f"D{ISPB}{at:%Y%m%d%H%M}{self._next():011d}",
            "valor": amount,
            "horario": {"solicitacao": at.isoformat(), "liquidacao": at.isoformat()},
            "status": "DEVOLVIDO",
        }
        pix["devolucoes"].append(made)
        return made

    def new_recurrence(self, body: Mapping[str, Any], at: datetime) -> dict[str, Any]:
        kind = "R" if body.get("politicaRetentativa") == "PERMITE_3R_7D" else "N"
        recurrence_id = f"R{kind}{ISPB}{at:%Y%m%d}{self._next():011d}"
        url = f"{self.host}/qr/v2/rec/{self._next():032x}"
        made = dict(body) | {
            "idRec": recurrence_id,
            "status": "CRIADA",
            "atualizacao": [{"status": "CRIADA", "data": at.isoformat()}],
            "dadosQR": {
                "jornada": "JORNADA_2",
                "pixCopiaECola": recurrence_code(url, self.receiver),
            },
        }
        self.recurrences[recurrence_id] = made
        return made

    def recurrence(self, recurrence_id: str) -> dict[str, Any]:
        try:
            return self.recurrences[recurrence_id]
        except KeyError:
            raise Problem(404, "RecNaoEncontrada", "recorrência não encontrada") from None

    def move_recurrence(
        self, recurrence_id: str, status: str, at: datetime
    ) -> dict[str, Any]:
        """The payer approves, rejects or cancels; the receiver cancels."""
        made = self.recurrence(recurrence_id)
        if made["status"] not in ("CRIADA", "APROVADA"):
            raise Problem(
                400, "RecOperacaoInvalida", "a recorrência está encerrada", "status"
            )
        made["status"] = status
        made["atualizacao"].append({"status": status, "data": at.isoformat()})
        return made

    def _next(self) -> int:
        self._serial += 1
        return self._serial


def _components(price: Price) -> dict[str, Any]:
    parts = {
        "original": price.original,
        "multa": price.fine,
        "juros": price.interest,
        "abatimento": price.rebate,
        "desconto": price.discount,
    }
    return {
        name: {"valor": f"{amount:.2f}"}
        for name, amount in parts.items()
        if amount or name == "original"
    }

"""What a bank answers and what its webhooks bring, read strictly where money is meant.

Pure. Unknown fields are let pass, as the API's own rules ask of clients; an unknown
state is an error, for nothing must be concluded from it.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AliasPath, BaseModel, BeforeValidator, ConfigDict, Field

ChargeState = Literal[
    "ATIVA", "CONCLUIDA", "REMOVIDA_PELO_USUARIO_RECEBEDOR", "REMOVIDA_PELO_PSP"
]
RecurrenceState = Literal["CRIADA", "APROVADA", "REJEITADA", "EXPIRADA", "CANCELADA"]
RecurringState = Literal[
    "CRIADA", "ATIVA", "CONCLUIDA", "EXPIRADA", "REJEITADA", "CANCELADA"
]
RefundState = Literal["EM_PROCESSAMENTO", "DEVOLVIDO", "NAO_REALIZADO"]


def _only_text(value: object) -> object:
    """A number would have been through binary floating point on its way."""
    if isinstance(value, int | float):
        raise ValueError("amount as a JSON number")
    return value


Amount = Annotated[
    Decimal, BeforeValidator(_only_text), Field(ge=0, max_digits=12, decimal_places=2)
]
EndToEnd = Annotated[str, Field(pattern=r"^[a-zA-Z0-9]{32}$")]
AnyTxid = Annotated[str, Field(pattern=r"^[a-zA-Z0-9]{1,35}$")]


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class Refund(_Answer):
    """A refund (devolução); `id` is the refunder's."""

    id: str = Field(pattern=r"^[a-zA-Z0-9]{1,35}$")
    amount: Amount = Field(alias="valor")
    state: RefundState = Field(alias="status")
    reason: str | None = Field(None, alias="motivo")


class _Part(_Answer):
    amount: Amount = Field(alias="valor")


class Parts(_Answer):
    """How the bank came to the amount of a charge with a due date."""

    original: _Part
    fine: _Part | None = Field(None, alias="multa")
    interest: _Part | None = Field(None, alias="juros")
    rebate: _Part | None = Field(None, alias="abatimento")
    discount: _Part | None = Field(None, alias="desconto")

    @property
    def due(self) -> Decimal:
        """What was to be paid on that day."""
        more = (self.fine, self.interest)
        less = (self.rebate, self.discount)
        return (
            self.original.amount
            + sum((part.amount for part in more if part), Decimal(0))
            - sum((part.amount for part in less if part), Decimal(0))
        )


class Pix(_Answer):
    """Money that arrived. `txid` None: somebody paid the key without any charge."""

    end_to_end: EndToEnd = Field(alias="endToEndId")
    txid: AnyTxid | None = None
    amount: Amount = Field(alias="valor")
    at: datetime = Field(alias="horario")
    key: str | None = Field(None, alias="chave")
    message: str | None = Field(None, alias="infoPagador")
    refunds: tuple[Refund, ...] = Field((), alias="devolucoes")
    parts: Parts | None = Field(None, alias="componentesValor")


class Charge(_Answer):
    """A `cob` or `cobv` as the bank has it."""

    txid: AnyTxid
    revision: int = Field(0, alias="revisao", ge=0)
    state: ChargeState = Field(alias="status")
    amount: Amount = Field(validation_alias=AliasPath("valor", "original"))
    url: str | None = Field(None, alias="location")
    code: str | None = Field(None, alias="pixCopiaECola")
    payments: tuple[Pix, ...] = Field((), alias="pix")


class Recurrence(_Answer):
    """A Pix Automático authorisation as the bank has it."""

    id: str = Field(alias="idRec", pattern=r"^[a-zA-Z0-9]{29}$")
    state: RecurrenceState = Field(alias="status")
    contract: str | None = Field(None, validation_alias=AliasPath("vinculo", "contrato"))
    code: str | None = Field(None, validation_alias=AliasPath("dadosQR", "pixCopiaECola"))


class RecurringCharge(_Answer):
    """One instalment under a recurrence as the bank has it."""

    txid: AnyTxid
    recurrence_id: str = Field(alias="idRec")
    state: RecurringState = Field(alias="status")
    amount: Amount | None = Field(None, validation_alias=AliasPath("valor", "original"))
    due_on: date | None = Field(
        None, validation_alias=AliasPath("calendario", "dataDeVencimento")
    )
    payments: tuple[Pix, ...] = Field((), alias="pix")


class _Page(_Answer):
    number: int = Field(alias="paginaAtual", ge=0)
    pages: int = Field(alias="quantidadeDePaginas", ge=0)


class PixList(_Answer):
    """One page of received Pix."""

    page: _Page = Field(validation_alias=AliasPath("parametros", "paginacao"))
    payments: tuple[Pix, ...] = Field((), alias="pix")


class Notice(_Answer):
    """The body of a webhook: Pix received or refunded, recurrences, recurring charges."""

    payments: tuple[Pix, ...] = Field((), alias="pix")
    recurrences: tuple[Recurrence, ...] = Field((), alias="recs")
    recurring: tuple[RecurringCharge, ...] = Field((), alias="cobsr")

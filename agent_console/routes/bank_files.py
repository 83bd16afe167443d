"""Files that banks answer with (retorno, statement), for who runs the back office."""

from __future__ import annotations

from agent_console.api.endpoint import Endpoint, Role
from agent_console.back_office import bank_files
from agent_console.back_office.bank_files import BankFileOut, BankFilesOut, SentQuery

MAY = frozenset({Role.SUPERVISOR, Role.ADMIN})
PATH = "/api/v1/bank-files"
ONE = f"{PATH}/{{id}}"

ENDPOINTS = (
    Endpoint(
        verb="GET", path=PATH, roles=MAY, scope="payments:read",
        summary="Retornos e extratos enviados, os mais novos antes",
        handler=bank_files.list_them, answer=BankFilesOut,
    ),
    Endpoint(
        verb="POST", path=PATH, roles=MAY, scope="payments:write", status=201,
        summary="Enviar um retorno CNAB ou extrato OFX, que é o corpo; só se confere",
        handler=bank_files.send, query=SentQuery, answer=BankFileOut,
        problems=("bank_file_refused", "bank_file_large"),
    ),
    Endpoint(
        verb="GET", path=ONE, roles=MAY, scope="payments:read",
        summary="Um retorno ou extrato: o que traz e o que dele foi lançado",
        handler=bank_files.show, answer=BankFileOut, problems=("no_bank_file",),
    ),
    Endpoint(
        verb="POST", path=f"{ONE}/take", roles=MAY, scope="payments:write",
        summary="Lançar os próximos pagamentos de um arquivo, até 200 por pedido",
        handler=bank_files.take, answer=BankFileOut, problems=("no_bank_file",),
    ),
)  # fmt: skip

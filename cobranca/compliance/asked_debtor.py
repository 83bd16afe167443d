"""Of whom a command speaks: an identifier on the command line, or a document typed in."""

from __future__ import annotations

import sys
from uuid import UUID

import click
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance.points_of import NoSuchDebtor
from cobranca.debtors.service import debtor_with_document
from foundation.brasil.document import parse_document
from foundation.crypto import Keys
from foundation.home import Home
from foundation.settings import ProcessSettings


def asked_debtor(debtor: str | None) -> UUID | str:
    """A debtor's id from the command line, or a document from standard input.

    On the command line a document could be seen by other users of the machine.
    """
    if debtor in (None, "-"):
        return sys.stdin.readline().strip()
    try:
        return UUID(debtor)
    except ValueError as error:
        raise click.UsageError(
            "DEBTOR é o identificador (UUID) do devedor; passe o CPF pela entrada padrão"
        ) from error


async def debtor_id(
    connection: AsyncConnection, settings: ProcessSettings, wanted: UUID | str
) -> UUID:
    """Return the debtor's id; raises NoSuchDebtor, InvalidDocument."""
    if isinstance(wanted, UUID):
        return wanted
    keys = Keys.of(Home(settings.home))
    found = await debtor_with_document(connection, keys, parse_document(wanted))
    if found is None:
        raise NoSuchDebtor(NoSuchDebtor.__doc__)
    return found

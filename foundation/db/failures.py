"""A database that cannot be reached or refuses, in one clear line, for commands."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from foundation.cli import Failure

T = TypeVar("T")


@contextmanager
def told() -> Iterator[None]:
    """Raise Failure for what the database, or the way to it, raises inside."""
    try:
        yield
    except OSError as error:
        raise Failure("Banco de dados fora do ar; inicie com: acordo up") from error
    except SQLAlchemyError as error:
        raise Failure(f"O banco de dados recusou: {error.__cause__ or error}") from error


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's work to its end; Failure as `told`."""
    with told():
        return asyncio.run(work)

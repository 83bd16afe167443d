"""SMS by a provider's HTTP interface: one POST, with our own name of the message.

The name goes along as `reference`: told twice, a provider sends once and answers the same.
What comes back later is posted to `listener`.
"""

from __future__ import annotations

from dataclasses import dataclass

import aiohttp
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cobranca.channels.message import NotTaken, Outgoing, Taken
from cobranca.channels.sms.letters import parts
from cobranca.channels.sms.reports import PROVIDER_HTTP

_TIMEOUT = aiohttp.ClientTimeout(total=15.0)
_BUSY = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class HttpAccess:
    """Never printed: it holds the token."""

    url: str
    token: str
    sender: str


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str = Field(min_length=1, max_length=80)


class _Refusal(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    code: str = Field("rejected", pattern=r"^[a-z_]{1,40}$")


class HttpChannel:
    """Is a Channel."""

    repeatable = True

    def __init__(self, access: HttpAccess) -> None:
        self._access = access
        self._session: aiohttp.ClientSession | None = None

    async def send(self, message: Outgoing) -> Taken:
        access, text = self._access, message.rendered.text
        body = {
            "to": message.to,
            "from": access.sender,
            "text": text,
            "reference": message.id.hex,
        }
        headers = {"Authorization": f"Bearer {access.token}"}
        try:
            async with self._open().post(access.url, json=body, headers=headers) as answer:
                status, said = answer.status, await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise NotTaken("not_reached", transient=True) from error
        if status >= 300:
            raise NotTaken(_code(said), transient=status >= 500 or status in _BUSY)
        try:
            name = _Answer.model_validate_json(said).id
        except ValidationError as error:
            raise NotTaken("illegible_answer", transient=True) from error
        return Taken(provider=PROVIDER_HTTP, provider_id=name, parts=parts(text))

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=_TIMEOUT)
        return self._session


def _code(said: bytes) -> str:
    try:
        return _Refusal.model_validate_json(said).code
    except ValidationError:
        return "rejected"

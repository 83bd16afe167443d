"""A way to the telephone network: where it is, how it is spoken to. Pure.

What a route says was written by an operator, so each value is checked here, where the
switch's configuration and the dial strings get it from. Messages are pt-BR.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

DEFAULT = "trunk"  # the route that the environment describes
SIP_PORT, SIP_TLS_PORT = 5060, 5061
# sections of the switch's configuration that are no route's
_TAKEN = re.compile(
    r"global|system|anonymous|udp|tcp|tls|ws|phone|browser|(?:agent|web)\d{3}|(?:seat|route)(?:-.*)?"
)
_PLACE = re.compile(r"\{([^{}]*)\}")
_E164 = re.compile(r"\+55\d{10,11}", re.ASCII)
_DIGITS = re.compile(r"\d+", re.ASCII)

Host = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$")
]
# what stands in a SIP address or in the switch's configuration without being quoted
User = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.+-]{1,64}$")]
CallerId = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{3,15}$")]


class CannotBeDialled(ValueError):
    """The number is no Brazilian number in E.164, or became something else than digits."""


class Route(BaseModel):
    """One route. `max_cps` in new calls a second, `max_lines` in calls at once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")
    host: Host
    port: int = Field(SIP_PORT, ge=1, le=65535)
    transport: Literal["udp", "tcp", "tls"] = "udp"
    srtp: bool = False
    username: User | None = None
    password_file: Path | None = None
    register_: bool = Field(
        False, alias="register"
    )  # BaseModel has a `register` of its own
    from_domain: Host | None = None
    caller_ids: tuple[CallerId, ...] = ()
    number_template: str = "{e164}"
    csp: str | None = Field(None, pattern=r"^[0-9]{2}$")
    max_cps: float = Field(30.0, gt=0)
    max_lines: int = Field(500, gt=0)
    priority: int = Field(10, ge=0)  # the lowest goes first
    simulated: bool = False
    next: str | None = None  # the route to try on 503 or silence
    carrier: str | None = Field(None, pattern=r"^[^\n]{1,60}$")  # several may be one's
    cnpj: str | None = Field(None, pattern=r"^[0-9A-Z]{8}([0-9A-Z]{4}[0-9]{2})?$")
    authenticated: bool = False  # STIR/SHAKEN: outside of the regulator's counts

    @property
    def cnpj_root(self) -> str:
        """Eight letters or digits of who has the numbers; empty when nobody said."""
        return (self.cnpj or "")[:8]

    @model_validator(mode="before")
    @classmethod
    def _usual_port(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("transport") == "tls":
            return {"port": SIP_TLS_PORT, **given}
        return given

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        for wrong in (
            self._wrong_name(),
            self._wrong_account(),
            self._wrong_template(),
            'srtp só com transport = "tls": sem TLS as chaves do áudio iriam às claras'
            if self.srtp and self.transport != "tls"
            else None,
            "next não pode ser a própria rota" if self.next == self.name else None,
        ):
            if wrong is not None:
                raise ValueError(wrong)
        return self

    def _wrong_name(self) -> str | None:
        if _TAKEN.fullmatch(self.name):
            return "este nome já tem outro uso no Asterisk"
        return None

    def _wrong_account(self) -> str | None:
        if (self.username is None) != (self.password_file is None):
            return "username e password_file vão juntos"
        if self.register_ and self.username is None:
            return "register = true precisa de username e password_file"
        return None

    def _wrong_template(self) -> str | None:
        places = _PLACE.findall(self.number_template)
        unknown = sorted(set(places) - {"e164", "national", "csp"})
        if unknown:
            return f"number_template: {{{unknown[0]}}} não existe"
        if sum(places.count(place) for place in ("e164", "national")) != 1:
            return "number_template sem o número: use {e164} ou {national}, uma vez"
        if "csp" in places and self.csp is None:
            return "number_template usa {csp}, mas falta csp"
        if not re.fullmatch(r"[0-9]*", _PLACE.sub("", self.number_template)):
            return "number_template: fora das chaves, só algarismos"
        return None


def dialled(route: Route, e164: str) -> str:
    """Return the user part of the INVITE for a number, digits only.

    Raises CannotBeDialled, without the number in it.
    """
    if _E164.fullmatch(e164) is None:
        raise CannotBeDialled(route.name)
    values = {"e164": e164[1:], "national": e164[3:], "csp": route.csp or ""}
    digits = _PLACE.sub(lambda place: values[place[1]], route.number_template)
    if _DIGITS.fullmatch(digits) is None:
        raise CannotBeDialled(route.name)
    return digits


def caller_id(route: Route, e164: str) -> str:
    """Return the route's number that this debtor sees, always the same; or nothing."""
    if not route.caller_ids:
        return ""
    return route.caller_ids[int(e164[-4:]) % len(route.caller_ids)]

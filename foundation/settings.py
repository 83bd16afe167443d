"""Settings that several processes share, and how every setting is read.

The environment is the only source: `ACORDO_AMI__PORT=5038`, or, for a value that
should not stand in a process list, `ACORDO_AMI__SECRET_FILE=/run/secrets/ami`.
Each process has one frozen class made of the sections below. Nothing else in the
project reads `os.environ` for settings.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from foundation.system_reasons import reason

PREFIX = "ACORDO_"
FILE_SUFFIX = "_FILE"
CONTAINED_SECRETS = "/run/secrets/"


class SecretFileUnreadable(ValueError):
    """A setting names a file that cannot be read, or that holds nothing."""


def expand_files(environment: Mapping[str, str]) -> dict[str, str]:
    """Replace each `ACORDO_X_FILE` by `ACORDO_X` with the file's content, stripped.

    Raises SecretFileUnreadable with the variable's name and the system's reason.
    """
    found = {name: value for name, value in environment.items() if name.startswith(PREFIX)}
    for name, value in list(found.items()):
        if not name.endswith(FILE_SUFFIX):
            continue
        found[name.removesuffix(FILE_SUFFIX)] = _content(name, value)
        del found[name]
    return found


def _content(name: str, path: str) -> str:
    # where containers have them: made by one command
    to_do = "; rode: acordo secrets init" if path.startswith(CONTAINED_SECRETS) else ""
    try:
        content = Path(path).read_text("utf-8").strip()
    except OSError as error:
        raise SecretFileUnreadable(f"{name}={path}: {reason(error)}{to_do}") from error
    except UnicodeDecodeError as error:
        raise SecretFileUnreadable(f"{name}={path}: não é texto UTF-8") from error
    if not content:
        raise SecretFileUnreadable(f"{name}={path}: está vazio")
    return content


def as_it_stands(name: str, known: str) -> str:
    """A secret that was read at the start, or what its file holds by now.

    `name` as in `ACORDO_NAME_FILE`; without such a file the value known is the value.
    Whoever connects asks here, so that a secret can be changed under a running process.
    """
    path = os.environ.get(f"{PREFIX}{name}{FILE_SUFFIX}")
    if path is None:
        return known
    try:
        return Path(path).read_text("utf-8").strip() or known
    except OSError:
        return known


class _Environment(EnvSettingsSource):
    """The process environment with `_FILE` variables read in."""

    def _load_env_vars(self) -> Mapping[str, str | None]:
        expanded = expand_files(os.environ)
        return {name.lower(): value for name, value in expanded.items()}


class Section(BaseModel):
    """One group of settings; unknown names are refused, so that a typo is seen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Log(Section):
    level: Literal["debug", "info", "warning", "error"] = "info"
    form: Literal["text", "json"] = Field(
        "json", description="json for machines, text for people"
    )


class Ami(Section):
    host: str = Field("127.0.0.1", description="where the dialer finds it")
    bind: str = Field("127.0.0.1", description="where our own switch listens")
    permit: tuple[IPv4Network, ...] = Field(
        (IPv4Network("127.0.0.1/32"),), description="who may log in to our own switch"
    )
    port: int = Field(5038, ge=1, le=65535)
    username: str = "dialer"
    secret: SecretStr | None = Field(None, description="default: generated at first start")


class Asterisk(Section):
    """Where the telephone switch listens and what it needs to know of the others."""

    sip_host: str = "127.0.0.1"
    sip_port: int = Field(5060, ge=1, le=65535)
    http_host: str = "127.0.0.1"
    http_port: int = Field(8088, ge=1, le=65535)
    rtp_start: int = Field(20000, ge=1024, le=65535)
    rtp_end: int = Field(23999, ge=1024, le=65535)
    media_address: str = "127.0.0.1"
    sip_tls_port: int = Field(
        5061, ge=1, le=65535, description="used when a route speaks TLS"
    )
    tls_ca_file: Path = Field(
        Path("/etc/ssl/certs/ca-certificates.crt"),
        description="authorities by which a TLS route's certificate is verified",
    )
    silent_after_s: float | None = Field(
        None,
        ge=6.4,  # 64 times the quickest first retransmission that the switch allows
        le=32,
        description="silence that ends a call; default: 8 with a `next` route, else 32",
    )
    endpoints: int = Field(60, ge=1, le=999, description="seats: agent001 ... agentNNN")
    database_url: SecretStr | None = Field(
        None, description="default: the same database, a role that reads SIP passwords only"
    )
    suites: tuple[str, ...] = Field(
        ("forky", "sid"), description="Debian suites tried in order"
    )
    config_dir: Path = Field(Path("asterisk-config"), description="templates of the switch")


class Trunk(Section):
    """The default route to the telephone network."""

    host: str = "127.0.0.1"
    port: int = Field(5070, ge=1, le=65535)
    simulated: bool = True
    max_cps: float = Field(30.0, gt=0, description="new calls a second")
    max_lines: int = Field(500, gt=0, description="calls at once")
    routes: Path | None = Field(None, description="a routes.toml with more routes")
    cnpj: str | None = Field(
        None,
        pattern=r"^[0-9A-Z]{8}([0-9A-Z]{4}[0-9]{2})?$",
        description="whose numbers they are, also of routes that name nobody",
    )
    authenticated: bool = Field(False, description="the default route's calls are signed")


class Compliance(Section):
    rules: Path | None = Field(None, description="a rules.toml with rules of one's own")


class Meters(Section):
    """The regulator's lines; a setting may only draw them nearer."""

    calls_per_day: int = Field(100_000, ge=1, le=100_000)
    short_share: float = Field(0.85, gt=0, le=0.85)
    short_brake: float = Field(0.70, gt=0, le=0.70)
    calls_per_month: int = Field(500_000, ge=1, le=500_000)
    abandoned_share: float = Field(0.03, gt=0, le=0.03)
    least_answered: int = Field(50, ge=1, le=1000)


class SimulatedClock(Section):
    start: datetime | None = Field(
        None, description="first local time of compliance on a simulated route, São Paulo"
    )


class Process(Section):
    """Health, readiness and metrics of one process; never the public port.

    `acordo up` reads these of every process and ignores what it does not know; the
    process's own class extends its section and forbids unknown names again.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    health_host: str = "127.0.0.1"
    health_port: int = Field(ge=1, le=65535)


class Dialer(Process):
    health_port: int = Field(9101, ge=1, le=65535)


class Ura(Process):
    health_port: int = Field(9102, ge=1, le=65535)


class Console(Process):
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=1, le=65535)
    health_port: int = Field(9103, ge=1, le=65535)


class Worker(Process):
    health_port: int = Field(9104, ge=1, le=65535)


class Carrier(Process):
    health_port: int = Field(9105, ge=1, le=65535)
    rtp_start: int = Field(26000, ge=1024, le=65535)
    rtp_end: int = Field(29999, ge=1024, le=65535)


class Phones(Process):
    health_port: int = Field(9106, ge=1, le=65535)
    sip_host: str = "127.0.0.1"
    sip_port: int = Field(5080, ge=1, le=65535)
    rtp_start: int = Field(30000, ge=1024, le=65535)
    rtp_end: int = Field(31999, ge=1024, le=65535)


class Outside(Process):
    health_port: int = Field(9107, ge=1, le=65535)
    host: str = "127.0.0.1"
    name: str = Field("localhost", description="by which the other processes reach it")
    worker: str = Field(
        "localhost", description="by which it reaches the demonstration's worker"
    )
    bank_port: int = Field(9543, ge=1, le=65535)
    payer_port: int = Field(9544, ge=1, le=65535)
    mail_port: int = Field(2525, ge=1, le=65535)
    sms_port: int = Field(8092, ge=1, le=65535)
    smpp_port: int = Field(2775, ge=1, le=65535)
    pages_port: int = Field(8091, ge=1, le=65535)
    bounces_port: int = Field(
        2526, ge=1, le=65535, description="where the demonstration's worker hears bounces"
    )
    reports_port: int = Field(
        8093, ge=1, le=65535, description="where the demonstration's worker hears of SMS"
    )


class Bank(Section):
    """The bank through which money comes; what else it needs, its own class adds."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    api_url: str | None = Field(
        None, pattern=r"^https://", description="API Pix; default: there is no bank"
    )
    webhook_host: str = "127.0.0.1"
    webhook_port: int = Field(9444, ge=1, le=65535)


class Card(Section):
    """Whoever takes cards; what else it needs, its own class adds."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    url: str | None = Field(None, description="checkouts; default: no card is taken")


class Transfer(Section):
    """The account that transfers go to; what else it needs, its own class adds."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    bank: str | None = Field(
        None, pattern=r"^\d{3}$", description="default: no transfer is offered"
    )


class Mail(Section):
    """The provider of e-mail; what else it needs, its own class adds."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    host: str | None = Field(
        None, description="SMTP server; default: nothing goes by e-mail"
    )
    bounce_host: str = "127.0.0.1"
    bounce_port: int | None = Field(
        None, ge=1, le=65535, description="where bounces are handed to us, by SMTP"
    )


class Sms(Section):
    """The provider of SMS; what else it needs, its own class adds."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    url: str | None = Field(None, description="where messages are posted (http)")
    host: str | None = Field(None, description="SMSC (smpp)")
    report_host: str = "127.0.0.1"
    report_port: int | None = Field(
        None, ge=1, le=65535, description="where the provider posts its reports (http)"
    )


class Agi(Section):
    host: str = "127.0.0.1"
    port: int = Field(4573, ge=1, le=65535)


class Hearing(Section):
    host: str = "127.0.0.1"
    port: int = Field(4574, ge=1, le=65535)


class ProcessSettings(BaseSettings):
    """What every process reads. Subclasses add their own sections."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", frozen=True, extra="ignore"
    )

    home: Path = Field(Path("var"), description="folder that holds all state")
    cache: Path = Field(
        default_factory=lambda: (
            Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "acordo"
        ),
        description="unpacked programs and models, shared by checkouts",
    )
    database_url: SecretStr | None = Field(
        None, description="default: the embedded PostgreSQL"
    )
    redis_url: SecretStr | None = Field(None, description="default: the embedded Valkey")
    log: Log = Log()
    ami: Ami = Ami()
    asterisk: Asterisk = Asterisk()
    trunk: Trunk = Trunk()
    compliance: Compliance = Compliance()
    meters: Meters = Meters()
    clock: SimulatedClock = SimulatedClock()
    agi: Agi = Agi()
    hearing: Hearing = Hearing()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings, _Environment(settings_cls))

    def model_post_init(self, _context: Any) -> None:
        object.__setattr__(self, "home", self.home.expanduser().absolute())

"""What `acordo up` starts, in which order, and where each listens.

Servers given by address are somebody else's: they are neither prepared nor started.
Stages start together or when the one before serves, as `acordo up` decides; they end one
after another, the last one first. Within a stage the order does not matter.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Sequence
from http.client import HTTPConnection, HTTPException
from importlib.metadata import entry_points

from foundation import settings as sections
from foundation.cli import COMMANDS
from foundation.embedded import asterisk, postgres, switch, valkey
from foundation.embedded.program import Program
from foundation.home import Home
from foundation.preflight import AudioPorts, Port, is_loopback
from foundation.routes import read_routes
from foundation.settings import ProcessSettings

READY_LIMIT_S = 2.0
DEMONSTRATION = "acordo.demonstration"
OTHERS = ("ura", "console", "worker")  # calls go out without them
SPARES = ("dialer",)  # nobody is called while it reads its code


class UpSettings(ProcessSettings):
    """The settings of every process, as far as `acordo up` must know them."""

    dialer: sections.Dialer = sections.Dialer()
    ura: sections.Ura = sections.Ura()
    console: sections.Console = sections.Console()
    worker: sections.Worker = sections.Worker()
    carrier: sections.Carrier = sections.Carrier()
    phones: sections.Phones = sections.Phones()
    outside: sections.Outside = sections.Outside()
    bank: sections.Bank = sections.Bank()
    card: sections.Card = sections.Card()
    transfer: sections.Transfer = sections.Transfer()
    mail: sections.Mail = sections.Mail()
    sms: sections.Sms = sections.Sms()


def ports(settings: UpSettings, *, demo: bool) -> list[Port]:
    """Every port that what we start will listen on."""
    names = _names(demo=demo)
    found = [
        Port(f"saúde de {name}", *_health(settings, name), _health_setting(name))
        for name in names
    ]
    console, agi, hearing = settings.console, settings.agi, settings.hearing
    found.append(Port("console", console.host, console.port, "ACORDO_CONSOLE__PORT"))
    found.append(Port("FastAGI", agi.host, agi.port, "ACORDO_AGI__PORT"))
    found.append(Port("AudioSocket", hearing.host, hearing.port, "ACORDO_HEARING__PORT"))
    if _own_switch(settings):
        found += switch_ports(settings)
    if "carrier" in names and is_loopback(settings.trunk.host):
        trunk = settings.trunk
        found.append(_sip("operadora", trunk.host, trunk.port, "ACORDO_TRUNK__PORT"))
    if "phones" in names:
        phones = settings.phones
        setting = "ACORDO_PHONES__SIP_PORT"
        found.append(_sip("SIP dos fones", phones.sip_host, phones.sip_port, setting))
    outside = "outside" in names
    return [
        *found,
        *_money_ports(settings, outside=outside),
        *_message_ports(settings, outside=outside),
    ]


def _message_ports(settings: UpSettings, *, outside: bool) -> list[Port]:
    """Of who hears what became of messages, and of the simulated providers."""
    mail, sms, own, host = settings.mail, settings.sms, settings.outside, "127.0.0.1"
    found = []
    bounces = mail.bounce_port or (own.bounces_port if outside else None)
    if bounces is not None:
        setting = "ACORDO_MAIL__BOUNCE_PORT" if mail.bounce_port else _outside("BOUNCES")
        found.append(Port("devoluções de e-mail", mail.bounce_host, bounces, setting))
    reports = sms.report_port or (own.reports_port if outside else None)
    if reports is not None:
        setting = "ACORDO_SMS__REPORT_PORT" if sms.report_port else _outside("REPORTS")
        found.append(Port("avisos de SMS", sms.report_host, reports, setting))
    if outside:
        found += [
            Port("correio simulado", host, own.mail_port, _outside("MAIL")),
            Port("SMS simulado", host, own.sms_port, _outside("SMS")),
            Port("central de SMS simulada", host, own.smpp_port, _outside("SMPP")),
            Port("mensagens simuladas", host, own.pages_port, _outside("PAGES")),
        ]
    return found


def _outside(name: str) -> str:
    return f"ACORDO_OUTSIDE__{name}_PORT"


def _money_ports(settings: UpSettings, *, outside: bool) -> list[Port]:
    """Of who hears the bank, and of the simulated bank itself."""
    bank, found = settings.bank, []
    if outside or bank.api_url is not None:
        setting = "ACORDO_BANK__WEBHOOK_PORT"
        port = Port("avisos do banco", bank.webhook_host, bank.webhook_port, setting)
        found.append(port)
    if outside:
        for purpose, number, setting in (
            ("banco simulado", settings.outside.bank_port, "ACORDO_OUTSIDE__BANK_PORT"),
            ("pagadores", settings.outside.payer_port, "ACORDO_OUTSIDE__PAYER_PORT"),
        ):
            found.append(Port(purpose, "127.0.0.1", number, setting))
    return found


def switch_ports(settings: ProcessSettings) -> list[Port]:
    """Every port that the main switch will listen on."""
    ours, ami = settings.asterisk, settings.ami
    spoken = {route.transport for route in read_routes(settings)}
    setting = "ACORDO_ASTERISK__SIP_PORT"
    found = [_sip("SIP", ours.sip_host, ours.sip_port, setting)]
    if "tcp" in spoken:
        found.append(Port("SIP sobre TCP", ours.sip_host, ours.sip_port, setting))
    if "tls" in spoken:
        setting = "ACORDO_ASTERISK__SIP_TLS_PORT"
        found.append(Port("SIP sobre TLS", ours.sip_host, ours.sip_tls_port, setting))
    setting = "ACORDO_ASTERISK__HTTP_PORT"
    found.append(Port("WebSocket", ours.http_host, ours.http_port, setting))
    found.append(Port("AMI", ami.host, ami.port, "ACORDO_AMI__PORT"))
    return found


def _sip(purpose: str, host: str, number: int, setting: str) -> Port:
    return Port(purpose, host, number, setting, socket.SOCK_DGRAM)


def _health_setting(name: str) -> str:
    return f"ACORDO_{name.upper()}__HEALTH_PORT"


def audio_ports(settings: UpSettings, *, demo: bool) -> list[AudioPorts]:
    """The ranges from which the switches that we start take ports for calls."""
    found: list[tuple[str, sections.Asterisk | sections.Carrier | sections.Phones]] = []
    if _own_switch(settings):
        found.append(("Asterisk", settings.asterisk))
    if demo:
        found += [("operadora", settings.carrier), ("fones", settings.phones)]
    return [AudioPorts(name, of.rtp_start, of.rtp_end) for name, of in found]


def servers(settings: UpSettings) -> tuple[Program, ...]:
    """Prepare the database and the bus, unless their addresses are given."""
    home = Home(settings.home)
    programs = []
    if settings.database_url is None:
        postgres.prepare(home)
        programs.append(postgres.program(home))
    if settings.redis_url is None:
        valkey.prepare(home)
        programs.append(valkey.program(home))
    return tuple(programs)


def main_switch(settings: UpSettings, say: Callable[[str], None]) -> tuple[Program, ...]:
    """Prepare the telephone switch, unless it is on another machine."""
    if not _own_switch(settings):
        return ()
    instance = switch.main_instance(settings, asterisk.unpacked(settings, say))
    ours = settings.asterisk
    addresses = {
        "sip": f"{ours.sip_host}:{ours.sip_port}",
        "ami": f"{settings.ami.host}:{settings.ami.port}",
        "http": f"http://{ours.http_host}:{ours.http_port}",
    }
    return (instance.program(addresses),)


def stages(
    settings: UpSettings, *, demo: bool, outside: bool = True
) -> tuple[tuple[Program, ...], ...]:
    """Our own processes: first what makes calls, in the order in which it may end.

    `outside`: a demonstration's processes find the simulated outside, which runs as well.
    """
    wanted, simulated = _names(demo=demo), demo and outside
    order = (("carrier", "outside"), ("dialer",), ("phones",), OTHERS)
    return tuple(
        tuple(_process(settings, name, simulated) for name in stage if name in wanted)
        for stage in order
    )


def one_shot(settings: UpSettings, *arguments: str) -> Program:
    """A command of ours that does its work and ends."""
    return Program(
        name=arguments[0],
        argv=_command(*arguments),
        env=_environment(settings),
        ready=lambda: False,
    )


def _names(*, demo: bool) -> Sequence[str]:
    names = ["dialer", "ura", "console", "worker"]
    if demo:
        names += ["carrier", "phones"]
        if entry_points(group=COMMANDS, name="outside"):
            names.append("outside")
    return names


def _process(settings: UpSettings, name: str, simulated: bool) -> Program:
    host, port = _health(settings, name)
    addresses = {"health": f"http://{host}:{port}"}
    if name == "console":
        console = settings.console
        addresses = {"url": f"http://{console.host}:{console.port}", **addresses}
    if name == "outside":
        addresses = {"url": f"http://127.0.0.1:{settings.outside.payer_port}", **addresses}
    if name == "carrier":
        addresses = {"sip": f"{settings.trunk.host}:{settings.trunk.port}", **addresses}
    return Program(
        name=name,
        argv=_command(name, *(["--on-word"] if name in SPARES else [])),
        env=_environment(settings) | (demonstrated(settings) if simulated else {}),
        ready=lambda: _answers_ready(host, port),
        addresses=addresses,
        spare=name in SPARES,
    )


def _command(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "foundation", *arguments)


def _environment(settings: UpSettings) -> dict[str, str]:
    """People read our output, so processes write text unless told otherwise."""
    environment = {"ACORDO_HOME": str(settings.home), "PYTHONUNBUFFERED": "1"}
    if "form" not in settings.log.model_fields_set:
        environment["ACORDO_LOG__FORM"] = "text"
    return environment


def demonstrated(settings: UpSettings) -> dict[str, str]:
    """What a demonstration's processes are told of the simulated outside."""
    found: dict[str, str] = {}
    for point in entry_points(group=DEMONSTRATION):
        found |= point.load()(settings)
    return found


def _health(settings: UpSettings, name: str) -> tuple[str, int]:
    section: sections.Process = getattr(settings, name)
    return section.health_host, section.health_port


def _own_switch(settings: UpSettings) -> bool:
    return is_loopback(settings.ami.host)


def _answers_ready(host: str, port: int) -> bool:
    target = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 - we only connect
    connection = HTTPConnection(target, port, timeout=READY_LIMIT_S)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()

"""Configure the main switch: fill `asterisk-config/` from the settings.

Decides which values the templates get: addresses, secrets, seats with their passwords,
folders. How an Asterisk is unpacked and started is `foundation.embedded.asterisk`.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from pathlib import Path

from foundation.ami import ami_secret
from foundation.call_record import turn_over
from foundation.db.address import switch_address
from foundation.embedded.asterisk import Instance, unpacked
from foundation.embedded.errors import SwitchAway, UnsafeValue
from foundation.embedded.templates import render
from foundation.home import Home
from foundation.routes import BadRoutes, Route, password, read_routes
from foundation.settings import ProcessSettings
from foundation.system_reasons import reason

NAME = "asterisk"
PROJECT = Path(__file__).resolve().parents[2]
# how long a carrier may say nothing: where another route waits, and as SIP itself has it
SILENT_S, PROTOCOLS_SILENT_S = 8.0, 32.0

OPTIONS: Mapping[str, str] = {
    "hideconnect": "yes",
    "defaultlanguage": "pt_BR",
    # a debtor who waits for an agent hears a live line, and NAT sees packets
    "transmit_silence": "yes",
    # a leg in opus would lift the debtor's channel to 48 kHz, and then MixMonitor writes a
    # sixth of each frame of its interleaved stereo (seen on 22.10.1)
    "transcode_via_sln": "no",
    # two pairs of RTP sockets and one recording a call
    "maxfiles": "16384",
}

# what holds passwords of ours: the manager's, and the one for the database
RELOADED = ("manager reload", "module reload res_config_pgsql.so")
# `,` and `&` end a file name in the dialplan, `$` begins an expression
_PLAIN_PATH = re.compile(r"[\w/.+@~-]+")
# the switch puts what it reads between spaces into a line of PostgreSQL's client
_PLAIN_WORD = re.compile(r"[\w/.+@~-]+")


def main_instance(settings: ProcessSettings, prefix: Path) -> Instance:
    """Prepare the main switch, ready to start: folders, `asterisk.conf`, configuration."""
    instance = Instance(NAME, Home(settings.home), prefix)
    instance.prepare(OPTIONS)
    record = Home(settings.home).cel
    record.parent.mkdir(mode=0o700, exist_ok=True)  # nobody else makes it
    turn_over(record)  # by size here too: restarts in a row must not push old parts out
    render_main(settings)
    return instance


def read_anew(settings: ProcessSettings) -> None:
    """Fill the configuration again, and have the switch that runs read its passwords.

    Calls, registrations and whoever is logged in stay. Raises SwitchAway.
    """
    instance = Instance(NAME, Home(settings.home), unpacked(settings, print))
    if not instance.is_booted():
        raise SwitchAway(str(instance.run))
    render_main(settings)
    for command in RELOADED:
        instance.cli(command)


def render_main(settings: ProcessSettings) -> Path:
    """Fill the templates into the state folder and return the filled folder.

    Raises BadRoutes, and UnsafeValue when a path holds what the dialplan would read as
    syntax.
    """
    home = Home(settings.home)
    instance = home.switch(NAME)
    render(PROJECT / settings.asterisk.config_dir, instance, _values(settings, home))
    return instance / "etc"


def seats(settings: ProcessSettings) -> list[dict[str, str]]:
    """Every seat twice: `agentNNN` for a SIP phone, `webNNN` for a browser.

    A browser's password is made per login and read from the database.
    """
    home = Home(settings.home)
    numbers = range(1, settings.asterisk.endpoints + 1)
    phones = [f"agent{number:03}" for number in numbers]
    return [
        {"name": name, "kind": "phone", "password": home.derived_secret("sip", name)}
        for name in phones
    ] + [
        {"name": f"web{number:03}", "kind": "browser", "password": ""} for number in numbers
    ]


def _values(settings: ProcessSettings, home: Home) -> dict[str, object]:
    return {
        "ami": {
            "bind": settings.ami.bind,
            "permit": [network.with_netmask for network in settings.ami.permit],
            "port": settings.ami.port,
            "username": settings.ami.username,
            "secret": ami_secret(settings),
        },
        "asterisk": settings.asterisk,
        **_network(settings),
        "agi": settings.agi,
        "hearing": settings.hearing,
        "prompts": _plain(PROJECT / "ura" / "prompts" / "pt_BR"),
        "recordings": _plain(home.recordings_clear),
        "own": _plain(home.announcements),
        "seats": seats(settings),
        "database": _database(settings),
    }


def _database(settings: ProcessSettings) -> dict[str, object]:
    """Where the switch reads browsers' passwords, each value one word of a conninfo."""
    address = switch_address(settings)
    return {
        "host": _word(address.host),
        "port": address.port,
        "name": _word(address.database),
        "user": _word(address.user),
        "password": _word(address.password),
    }


def _word(value: str) -> str:
    if _PLAIN_WORD.fullmatch(value):
        return value
    return "'" + value.replace("\\", r"\\").replace("'", r"\'") + "'"


def _require_authorities(path: Path) -> None:
    """The switch would start without its TLS; raises BadRoutes."""
    try:
        ssl.create_default_context(cafile=str(path))
    except ssl.SSLError:
        why = "não tem certificados em PEM"
    except OSError as error:
        why = reason(error)
    else:
        return
    raise BadRoutes(f"uma rota usa TLS, mas {path} (ACORDO_ASTERISK__TLS_CA_FILE) {why}")


def _network(settings: ProcessSettings) -> dict[str, object]:
    routes = read_routes(settings)
    authorities = settings.asterisk.tls_ca_file
    transports = sorted({route.transport for route in routes})
    if "tls" in transports:
        _require_authorities(authorities)
    silent_s = settings.asterisk.silent_after_s or (
        SILENT_S if any(route.next for route in routes) else PROTOCOLS_SILENT_S
    )
    return {
        "sip_t1_ms": round(silent_s * 1000 / 64),
        "routes": [_route(route) for route in routes],
        "transports": transports,
        "tls_ca_file": _plain(authorities),
    }


def _route(route: Route) -> dict[str, object]:
    called = [number.removeprefix("+") for number in route.caller_ids]
    return {
        "name": route.name,
        "host": route.host,
        "port": route.port,
        "transport": route.transport,
        "srtp": route.srtp,
        "from_domain": route.from_domain,
        "username": route.username,
        "password": password(route),
        "registers": route.register_,
        # numbers lead into `from-carrier`, names do not
        "called": next(iter(called), route.username),
    }


def _plain(path: Path) -> str:
    if _PLAIN_PATH.fullmatch(str(path)) is None:
        raise UnsafeValue(str(path))
    return str(path)

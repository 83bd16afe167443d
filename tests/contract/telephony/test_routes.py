"""Each route of a routes.toml on the real switch, against carriers that are not ours."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from dialer.adapters.ami.telephony import AmiTelephony
from dialer.calls.events import Answered, HungUp
from dialer.ports import Origination
from foundation.embedded import asterisk, switch, tools
from foundation.embedded.program import Program, running
from foundation.embedded.templates import render
from foundation.home import Home
from foundation.ids import uuid7
from foundation.route import dialled
from foundation.routes import read_routes
from foundation.settings import ProcessSettings
from tests.real_switch import (
    FAR_END,
    FAR_MODULES,
    eventually,
    free_ports,
    hearing,
    is_taken,
    switch_settings,
)

HERE = Path(__file__).parent
SCENARIOS = {
    "csp": "refuses",
    "conta": "asks_for_password",
    "intruso": "asks_for_password",
    "proxy": "asks_for_password",
}
NUMBER = "+5511900012345"
ROUTES = """
[[route]]
name = "csp"
host = "127.0.0.1"
port = {csp}
simulated = true
number_template = "0{{csp}}{{national}}"
csp = "15"

[[route]]
name = "conta"
host = "127.0.0.1"
port = {conta}
simulated = true
username = "conta"
password_file = "senha"
register = true
from_domain = "operadora.example"
caller_ids = ["+551130001000"]

[[route]]
name = "intruso"
host = "127.0.0.1"
port = {intruso}
simulated = true
username = "conta"
password_file = "senha-errada"

[[route]]
name = "proxy"
host = "127.0.0.1"
port = {proxy}
simulated = true
username = "conta"
password_file = "senha"

[[route]]
name = "tcp-clara"
host = "127.0.0.1"
port = {tcp}
transport = "tcp"
simulated = true

[[route]]
name = "cifrada"
host = "127.0.0.1"
port = {tls}
transport = "tls"
srtp = true
simulated = true
"""


@dataclass(frozen=True, slots=True)
class Network:
    """A switch with several routes; what each SIPp received, by the name of its route."""

    settings: ProcessSettings
    main: asterisk.Instance
    messages: dict[str, Path]

    def telephony(self) -> AmiTelephony:
        return AmiTelephony(self.settings.ami, lambda: self.main.home.secret("ami"))

    def invites(self, route: str) -> list[str]:
        text = self.messages[route].read_text("utf-8", errors="replace")
        parts = text.replace("\r\n", "\n").split("\n\n")
        return [part for part in parts if part.startswith("INVITE ")]

    async def call(self, telephony: AmiTelephony, name: str) -> str:
        """Dial as the dialer does; returns the channel."""
        (route,) = [r for r in read_routes(self.settings) if r.name == name]
        channel = str(uuid7())
        await telephony.originate(
            Origination(
                channel=channel,
                dial=f"PJSIP/{dialled(route, NUMBER)}@{name}",
                context="debtor",
                timeout_s=8.0,
                caller_id="+551130001000",
            )
        )
        return channel


@pytest.fixture(scope="module")
def network(asterisk_prefix: Path) -> Iterator[Network]:
    root = Path(tempfile.mkdtemp(prefix="acordo-routes-"))
    *sipps, tcp, tls, own_tls = free_ports(7)
    ports = dict(zip(SCENARIOS, sipps, strict=True))
    (root / "routes.toml").write_text(ROUTES.format(**ports, tcp=tcp, tls=tls))
    (root / "senha").write_text("s3gredo\n")
    (root / "senha-errada").write_text("outra\n")
    _certificate(root)
    settings = _settings(root, own_tls)
    Home(settings.home).prepare()
    far = _far_end(settings, asterisk_prefix, root, tcp, tls)
    main = switch.main_instance(settings, asterisk_prefix)
    logs = main.home.logs
    with ExitStack() as stack:
        messages = {}
        for name, port in ports.items():
            program, messages[name] = _sipp(name, port, root)
            stack.enter_context(running(program, logs / f"{name}.log"))
        stack.enter_context(running(far.program(), logs / "far.log"))
        stack.enter_context(running(main.program(), logs / "main.log"))
        yield Network(settings, main, messages)
    shutil.rmtree(root)


def _settings(root: Path, tls_port: int) -> ProcessSettings:
    base = switch_settings(root / "var")
    ours = {"sip_tls_port": tls_port, "tls_ca_file": root / "cert.pem", "endpoints": 1}
    ours |= {"rtp_start": 34000, "rtp_end": 34199}
    return base.model_copy(
        update={
            "asterisk": base.asterisk.model_copy(update=ours),
            "trunk": base.trunk.model_copy(update={"routes": root / "routes.toml"}),
        }
    )


def _sipp(name: str, port: int, root: Path) -> tuple[Program, Path]:
    text = (HERE / "sipp" / f"{SCENARIOS[name]}.xml").read_text("utf-8")
    text = text.replace("CODE", "486")
    if name == "proxy":
        text = text.replace("401 Unauthorized", "407 Proxy Authentication Required")
        text = text.replace("WWW-Authenticate", "Proxy-Authenticate")
    file, messages = root / f"{name}.xml", root / f"{name}.messages"
    file.write_text(text, "utf-8")
    command = tools.program("sipp", ProcessSettings(), print)
    arguments = ["-sf", str(file), "-i", "127.0.0.1", "-p", str(port), "-nostdin"]
    arguments += ["-trace_msg", "-message_file", str(messages)]
    arguments += ["-trace_err", "-error_file", str(root / f"{name}.errors")]

    return Program(
        name="sipp", argv=(*command, *arguments), ready=partial(is_taken, port)
    ), messages


def _far_end(
    settings: ProcessSettings, prefix: Path, root: Path, tcp: int, tls: int
) -> asterisk.Instance:
    far = asterisk.Instance("far", Home(settings.home), prefix)
    far.prepare({"transmit_silence": "yes"})
    templates = root / "templates"
    shutil.copytree(FAR_END, templates)
    shutil.copytree(HERE / "far_end_tls", templates, dirs_exist_ok=True)
    values = {
        "port": tcp,
        "tls_port": tls,
        "modules": ["res_srtp", *FAR_MODULES.split()],
        "heard": str(root),
    }
    render(templates, far.root, values)
    return far


def _certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


async def test_the_invites_user_part_is_what_the_template_says(network: Network) -> None:
    async with network.telephony() as telephony, hearing(telephony) as heard:
        channel = await network.call(telephony, "csp")
        assert (await heard.first(HungUp, channel)).sip_code == 486
    assert [invite.split()[1].partition("@")[0] for invite in network.invites("csp")] == [
        "sip:01511900012345"
    ]


async def test_an_account_answers_the_carriers_challenge(network: Network) -> None:
    async with network.telephony() as telephony, hearing(telephony) as heard:
        known = await network.call(telephony, "conta")
        stranger = await network.call(telephony, "intruso")
        assert (await heard.first(HungUp, known)).sip_code == 486  # verified, then busy
        assert (await heard.first(HungUp, stranger)).sip_code == 403
    first, second = network.invites("conta")
    assert "Authorization" not in first
    assert 'Authorization: Digest username="conta"' in second
    assert all(invite.startswith("INVITE sip:5511900012345@") for invite in (first, second))
    sender = next(line for line in second.split("\n") if line.startswith("From:"))
    assert "551130001000@operadora.example>" in sender


async def test_an_account_answers_the_challenge_of_a_proxy(network: Network) -> None:
    async with network.telephony() as telephony, hearing(telephony) as heard:
        await heard.first(HungUp, await network.call(telephony, "proxy"))
    first, second = network.invites("proxy")
    assert "Authorization" not in first
    (header,) = [x for x in second.split("\n") if x.startswith("Proxy-Authorization: ")]
    said = dict(re.findall(r'(\w+)="([^"]*)"', header))
    secret = _md5(f"conta:{said['realm']}:s3gredo")
    asked = _md5(f"INVITE:{said['uri']}")
    assert said["response"] == _md5(f"{secret}:{said['nonce']}:{asked}")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


async def test_a_route_registers_where_it_is_asked_to(network: Network) -> None:
    async def registered() -> bool:
        listed = " ".join(network.main.cli("pjsip show registrations").split())
        return " conta Registered" in listed

    await eventually(registered)
    listed = network.main.cli("pjsip show registrations")
    assert "intruso/" not in listed  # has an account, but was not asked to register
    text = network.messages["conta"].read_text("utf-8", errors="replace")
    assert "REGISTER sip:127.0.0.1" in text
    assert "<sip:conta@operadora.example>" in text
    assert "Contact: <sip:551130001000@" in text


async def test_a_carrier_over_tls_hears_only_encrypted_audio(network: Network) -> None:
    async with network.telephony() as telephony, hearing(telephony) as heard:
        encrypted = await network.call(telephony, "cifrada")
        await heard.first(Answered, encrypted)
        assert "TLS" in network.main.cli("pjsip show endpoint cifrada").upper()
        assert await telephony.hang_up(encrypted)
        # the same carrier takes no call in clear, and says so over TCP
        clear = await network.call(telephony, "tcp-clara")
        assert (await heard.first(HungUp, clear)).sip_code == 488

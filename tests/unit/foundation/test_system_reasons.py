"""What the system refuses is told in the operator's language."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

import pytest

from foundation.settings import SecretFileUnreadable, expand_files
from foundation.system_reasons import reason


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (FileNotFoundError(errno.ENOENT, "No such file or directory"), "não existe"),
        (OSError(errno.EROFS, "Read-only file system"), "só se pode ler ali"),
        (socket.gaierror(-2, "Name or service not known"), "o nome não existe"),
        (TimeoutError(), "sem resposta"),
        (OSError(errno.EXDEV, "Invalid cross-device link"), "Invalid cross-device link"),
        (OSError("without a number"), "without a number"),
    ],
)
def test_a_refusal_is_a_few_words(error: OSError, said: str) -> None:
    assert reason(error) == said


@pytest.mark.parametrize(
    ("content", "said"), [(None, "não existe"), (b"\n", "está vazio"), (b"\xff", "UTF-8")]
)
def test_a_secret_that_is_no_secret_is_named(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    secret = tmp_path / "ami_secret"
    if content is not None:
        secret.write_bytes(content)
    with pytest.raises(SecretFileUnreadable) as told:
        expand_files({"ACORDO_AMI__SECRET_FILE": str(secret)})
    assert str(told.value).startswith(f"ACORDO_AMI__SECRET_FILE={secret}: ")
    assert said in str(told.value)


def test_whoever_misses_a_secret_of_containers_learns_what_makes_it() -> None:
    with pytest.raises(SecretFileUnreadable, match="rode: acordo secrets init"):
        expand_files({"ACORDO_AMI__SECRET_FILE": "/run/secrets/none"})

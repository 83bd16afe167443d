"""Why the system refused, in the operator's language."""

from __future__ import annotations

import errno
import os
import socket

_REASONS = {
    errno.EACCES: "sem permissão",
    errno.EADDRINUSE: "porta ocupada",
    errno.EADDRNOTAVAIL: "o endereço não é desta máquina",
    errno.ECONNREFUSED: "ninguém escuta lá",
    errno.ECONNRESET: "a conexão foi cortada",
    errno.EDQUOT: "a cota de disco acabou",
    errno.EEXIST: "já existe",
    errno.EFBIG: "o arquivo ficaria grande demais",
    errno.EHOSTUNREACH: "não há caminho até lá",
    errno.EIO: "o disco falhou",
    errno.EISDIR: "é uma pasta",
    errno.EMFILE: "há arquivos abertos demais",
    errno.ENAMETOOLONG: "o nome é longo demais",
    errno.ENETUNREACH: "não há caminho até lá",
    errno.ENOENT: "não existe",
    errno.ENOSPC: "o disco está cheio",
    errno.ENOTDIR: "no caminho há um arquivo onde devia haver uma pasta",
    errno.EPERM: "sem permissão",
    errno.EPIPE: "a conexão foi cortada",
    errno.EROFS: "só se pode ler ali",
    errno.ETIMEDOUT: "sem resposta",
}


def reason(error: OSError) -> str:
    """A few words without a full stop; what has no word here is told as the system does."""
    if isinstance(error, socket.gaierror):
        return "o nome não existe"
    if isinstance(error, TimeoutError) and error.errno is None:
        return _REASONS[errno.ETIMEDOUT]
    if error.errno in _REASONS:
        return _REASONS[error.errno]
    return error.strerror or str(error) or type(error).__name__


def unread(error: OSError) -> str:
    """Why a file that an operator wrote cannot be read; of a closed one, how to open it
    to this process alone: in a container it runs under a number that the host may not name.
    """
    if error.errno != errno.EACCES:
        return reason(error)
    others = [group for group in os.getgroups() if group != os.getegid()]
    group = (others or [os.getegid()])[0]
    return f"{reason(error)}; quem o lê é do grupo {group}: chgrp {group} e chmod 640 nele"

"""What can go wrong with a server that we start ourselves.

The first line of a class's docstring is what the operator reads, followed by the
data the error carries.
"""

from __future__ import annotations


class ServerProblem(RuntimeError):
    """Um servidor embutido não pode ser usado."""

    def __str__(self) -> str:
        sentence = (type(self).__doc__ or "").strip().splitlines()[0].rstrip(".")
        return ": ".join([sentence, *(str(argument) for argument in self.args)])


class NotDebian(ServerProblem):
    """Esta máquina não usa o apt do Debian; use `docker compose up`."""


class PackagesNotFetched(ServerProblem):
    """Não foi possível baixar os pacotes do Debian."""


class PackagesNotUnpacked(ServerProblem):
    """Não foi possível desempacotar os pacotes do Debian."""


class WrongAsterisk(ServerProblem):
    """O Acordo precisa do Asterisk 22, mas o repositório tem outra versão."""


class ProgramMissing(ServerProblem):
    """Falta um programa e ele não pôde ser instalado ao lado do projeto."""


class FolderClosed(ServerProblem):
    """O PostgreSQL não roda como root, e o usuário dele não entra na pasta."""


class DidNotStart(ServerProblem):
    """O servidor não subiu."""


class UnsafeValue(ServerProblem):
    """Um valor de configuração tem caracteres que o Asterisk interpretaria."""


class SwitchAway(ServerProblem):
    """A central não está no ar; suba-a, e ela já começa com as senhas novas."""

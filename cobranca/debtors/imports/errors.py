"""Why a file as a whole cannot be imported. Faults of single rows are remarks instead."""

from __future__ import annotations


class UnreadableFile(ValueError):
    """O arquivo não pode ser importado."""

    def __str__(self) -> str:
        message = (type(self).__doc__ or "").strip()
        return f"{message} {self.args[0]}" if self.args else message


class FileMissing(UnreadableFile):
    """Não foi possível abrir o arquivo:"""


class EmptyFile(UnreadableFile):
    """O arquivo está vazio."""


class NoRows(UnreadableFile):
    """O arquivo só tem o cabeçalho, nenhuma linha de dados."""


class SpreadsheetFile(UnreadableFile):
    """O arquivo é uma planilha ou um zip; salve-o como CSV e importe de novo."""


class WideTextFile(UnreadableFile):
    """O arquivo está em UTF-16; salve-o como CSV em UTF-8 e importe de novo."""


class BinaryFile(UnreadableFile):
    """O arquivo não é um texto CSV."""


class LineTooLong(UnreadableFile):
    """O arquivo tem uma linha longa demais para ser um CSV: linha"""


class MissingColumns(UnreadableFile):
    """Faltam colunas no cabeçalho:"""


class RepeatedColumns(UnreadableFile):
    """Mais de uma coluna serve para o mesmo campo; deixe só uma:"""

"""Why a file as a whole cannot be imported. Faults of single rows are remarks instead."""

from __future__ import annotations


class UnreadableFile(ValueError):
    """O arquivo não pode ser importado."""

    def __str__(self) -> str:
        message = (type(self).__doc__ or "").strip()
        return f"{message} {self.args[0]}" if self.args else message


class FileMissing(UnreadableFile):
    """Não foi possível abrir o arquivo:"""


class FileTooLarge(UnreadableFile):
    """O arquivo é grande demais; divida-o em partes menores. O limite, em MB, é"""


class FileChanged(UnreadableFile):
    """O arquivo mudou depois da conferência; envie-o de novo."""


class EmptyFile(UnreadableFile):
    """O arquivo está vazio."""


class NoRows(UnreadableFile):
    """O arquivo só tem o cabeçalho, nenhuma linha de dados."""


class NotASpreadsheet(UnreadableFile):
    """O arquivo é um zip, mas não uma planilha (.xlsx); salve como .xlsx ou CSV."""


class OldSpreadsheet(UnreadableFile):
    """O arquivo é do Excel antigo (.xls); abra-o e use Salvar como, tipo .xlsx."""


class LockedSpreadsheet(UnreadableFile):
    """A planilha tem senha; no Excel, em Arquivo, Informações, tire a senha e salve."""


class DamagedSpreadsheet(UnreadableFile):
    """A planilha não abre; abra-a no Excel, salve de novo e reenvie. Motivo:"""


class HostileSpreadsheet(UnreadableFile):
    """A planilha foi recusada por segurança:"""


class TooManyColumns(UnreadableFile):
    """A planilha tem colunas demais; apague as que sobram. O limite é"""


class UnknownSheet(UnreadableFile):
    """A planilha não tem esta aba:"""


class WebPageFile(UnreadableFile):
    """O arquivo é uma página da web com nome de planilha; no Excel, salve como .xlsx."""


class XmlSpreadsheetFile(UnreadableFile):
    """O arquivo é XML; abra-o no Excel e use Salvar como, tipo .xlsx."""


class PdfFile(UnreadableFile):
    """O arquivo é um PDF; peça ao credor a planilha ou o CSV de onde ele saiu."""


class WideTextFile(UnreadableFile):
    """O arquivo está em UTF-16; salve-o como CSV em UTF-8 e importe de novo."""


class BinaryFile(UnreadableFile):
    """O arquivo não é uma planilha (.xlsx) nem um texto CSV."""


class LineTooLong(UnreadableFile):
    """O arquivo tem uma linha longa demais para ser um CSV: linha"""


class ClosedBook(UnreadableFile):
    """O credor ou a carteira está desativada; reative antes de importar:"""


class MissingColumns(UnreadableFile):
    """Faltam colunas no cabeçalho:"""


class RepeatedColumns(UnreadableFile):
    """Mais de uma coluna serve para o mesmo campo; deixe só uma:"""


class MappingUnreadable(UnreadableFile):
    """O mapeamento não se entende:"""

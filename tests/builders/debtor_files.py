"""Creditors' files for tests, a few rows at a time."""

from __future__ import annotations

from pathlib import Path

from foundation.brasil.document import complete_cpf

HEADER = "contrato;cpf;nome;parcela;valor;vencimento;uf;telefone1;telefone2"


def cpf(serial: int) -> str:
    """A valid CPF for each serial, from 1."""
    return complete_cpf(f"{serial:09d}")


def phone(serial: int, ddd: str = "11") -> str:
    """A simulated mobile as people write it."""
    return f"({ddd}) 900{serial // 10_000:02d}-{serial % 10_000:04d}"


def row(serial: int, **changed: str) -> str:
    """A good row of debtor `serial`, with the cells that a test changes."""
    cells = {
        "contrato": f"C-{serial}",
        "cpf": cpf(serial),
        "nome": f"Devedor Número {serial}",
        "parcela": "1",
        "valor": "1.234,56",
        "vencimento": "10/01/2026",
        "uf": "SP",
        "telefone1": phone(serial),
        "telefone2": "",
    }
    return ";".join((cells | changed).values())


def write(path: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
    """Write a file of these rows."""
    path.write_text("\n".join([header, *rows, ""]), encoding=encoding)
    return path

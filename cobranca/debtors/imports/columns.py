"""Which column of a file holds what, by the names that creditors give their columns.

Pure. Names are compared without accents, case, punctuation and small words, so that
"Nº do Contrato", "CONTRATO" and "numero_contrato" are one. Two columns for one field are
refused rather than chosen between, except documents (CPF and CNPJ may stand apart) and
telephones.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from cobranca.debtors.imports.errors import MissingColumns, RepeatedColumns


class Field(StrEnum):
    """What a row may say; the value is the label that people see."""

    CONTRACT = "contrato"
    DOCUMENT = "cpf/cnpj"
    NAME = "nome"
    BIRTH_DATE = "nascimento"
    UF = "uf"
    PRODUCT = "produto"
    INSTALMENT = "parcela"
    AMOUNT = "valor"
    DUE_ON = "vencimento"


REQUIRED = (Field.CONTRACT, Field.DOCUMENT, Field.NAME, Field.AMOUNT, Field.DUE_ON)
PHONE_LABEL = "telefone"

_NAMES = {
    Field.CONTRACT: "contrato|titulo|operacao|contrato titulo|contrato operacao",
    Field.DOCUMENT: "cpf|cnpj|cpf cnpj|cnpj cpf|documento|doc|documento cpf cnpj|cpfcnpj",
    Field.NAME: "nome|razao social|nome razao social|nome completo",
    Field.BIRTH_DATE: "nascimento|nasc|dtnasc|dtnascimento|aniversario",
    Field.UF: "uf|estado|uf endereco|endereco uf|uf residencial|estado uf|uf residencia",
    Field.PRODUCT: "produto|tipo produto|descricao produto|modalidade",
    Field.INSTALMENT: "parcela|prestacao",
    Field.AMOUNT: "valor|valor parcela|valor divida|valor debito|valor aberto|valor devido"
    "|valor titulo|valor contrato|valor prestacao|saldo|saldo devedor|saldo aberto",
    Field.DUE_ON: "vencimento|venc|vcto|vencto|dtvenc|dtvencimento|vencimento parcela"
    "|vencimento titulo",
}
_FIELD_OF = {name: field for field, names in _NAMES.items() for name in names.split("|")}
_SMALL_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a o da de do das dos em n no nr nro num numero cod codigo data dt cliente devedor"
        " titular r rs",
    )
)
_LONG_FORMS = {"vl": "valor", "vlr": "valor", "parc": "parcela"}
_PHONE_WORDS = frozenset(
    ("telefone", "telefones", "tel", "fone", "fones", "celular", "cel", "whatsapp")
)


@dataclass(frozen=True, slots=True)
class PhoneColumn:
    """A column of telephones, and that of their DDD where it stands apart."""

    index: int
    ddd_index: int | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each field stands in the rows of one file."""

    headers: tuple[str, ...]
    fields: Mapping[Field, int]  # without the document
    documents: tuple[int, ...]
    phones: tuple[PhoneColumn, ...]

    @property
    def ignored(self) -> tuple[str, ...]:
        """Headers that mean nothing to us."""
        used = {*self.fields.values(), *self.documents}
        for phone in self.phones:
            used |= {phone.index, phone.ddd_index or phone.index}
        return tuple(
            name for place, name in enumerate(self.headers) if name and place not in used
        )


def known_columns(headers: Sequence[str]) -> int:
    """Return how many headers are understood: tells a right delimiter from a wrong one."""
    return sum(
        _field_of(_words(name)) is not None or _is_phone(_words(name)) for name in headers
    )


def read_layout(headers: Sequence[str]) -> Layout:
    """Return the layout of a header line; raises MissingColumns, RepeatedColumns."""
    words = [_words(name) for name in headers]
    found: dict[Field, list[int]] = {}
    for place, name in enumerate(words):
        field = _field_of(name)
        if field is not None:
            found.setdefault(field, []).append(place)
    phones = _phone_columns(words)
    missing = [str(field) for field in REQUIRED if field not in found]
    if not phones:
        missing.append(PHONE_LABEL)
    if missing:
        raise MissingColumns(", ".join(missing) + ".")
    documents = tuple(found.pop(Field.DOCUMENT))
    for field, places in found.items():
        if len(places) > 1:
            names = ", ".join(f"“{headers[place].strip()}”" for place in places)
            raise RepeatedColumns(f"{field} ({names}).")
    return Layout(
        tuple(name.strip() for name in headers),
        {field: places[0] for field, places in found.items()},
        documents,
        phones,
    )


def plain(text: str) -> str:
    """Return a text without accents, case and punctuation, words parted by one blank."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", " ", bare).strip()


def _words(header: str) -> list[str]:
    """`Telefone1` is two words, as `Telefone 1` is."""
    return re.findall(r"[a-z]+|\d+", plain(header))


def _field_of(words: Sequence[str]) -> Field | None:
    telling = [_LONG_FORMS.get(word, word) for word in words if word not in _SMALL_WORDS]
    return _FIELD_OF.get(" ".join(telling))


def _is_phone(words: Sequence[str]) -> bool:
    telling = [word for word in words if word not in _SMALL_WORDS]
    return bool(telling) and telling[0] in _PHONE_WORDS


def _phone_columns(words: Sequence[Sequence[str]]) -> tuple[PhoneColumn, ...]:
    """Pair each column of DDDs with its telephones: same words after it, or next to it."""
    phones = [place for place, name in enumerate(words) if _is_phone(name)]
    ddd_of: dict[int, int] = {}
    for place, name in enumerate(words):
        if not name or name[0] != "ddd":
            continue
        free = [phone for phone in phones if phone not in ddd_of]
        rest = list(name[1:])
        named = [
            phone for phone in free if rest in (list(words[phone]), list(words[phone][1:]))
        ]
        beside = [phone for phone in free if phone > place]
        for phone in (named or beside)[:1]:
            ddd_of[phone] = place
    return tuple(PhoneColumn(phone, ddd_of.get(phone)) for phone in phones)

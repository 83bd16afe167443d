"""The names that creditors and their systems give to columns.

Pure. Names are compared without accents, case, punctuation and small words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum


class Field(StrEnum):
    """What a column may hold; the value is the label that people see."""

    CONTRACT = "contrato"
    DOCUMENT = "cpf/cnpj"
    NAME = "nome"
    BIRTH_DATE = "nascimento"
    UF = "uf"
    STREET = "endereço"
    DISTRICT = "bairro"
    CITY = "cidade"
    CEP = "cep"
    PRODUCT = "produto"
    CONTRACTED_ON = "data do contrato"
    INSTALMENT = "parcela"
    AMOUNT = "valor"
    DUE_ON = "vencimento"
    PHONE = "telefone"
    DDD = "ddd"
    SCORE = "chance de atender"


ADDRESS = (Field.STREET, Field.DISTRICT, Field.CITY, Field.CEP)
SEVERAL = frozenset(  # columns each; those of a street stand one after the other in it
    (Field.DOCUMENT, Field.PHONE, Field.DDD, Field.SCORE, *ADDRESS)
)


_NAMES = {
    Field.CONTRACT: "contrato|titulo|operacao|contrato titulo|contrato operacao|ctr|ctt"
    "|contr|id contrato|titulo contrato|operacao credito|identificador contrato"
    "|contrato credor|chave contrato|proposta|apolice|matricula contrato",
    Field.DOCUMENT: "cpf|cnpj|cpf cnpj|cnpj cpf|documento|doc|documento cpf cnpj|cpfcnpj"
    "|cnpjcpf|cgc|cpf cgc|cgc cpf|cgccpf|documento cpf|cpf documento|nrcpfcnpj|nrcpf"
    "|cpf sacado|cpf cnpj sacado|cpf mutuario|documento sacado|inscricao"
    "|documento identificacao|cpf pagador|cpf cnpj pagador",
    Field.NAME: "nome|razao social|nome razao social|nome completo|sacado|nome sacado"
    "|mutuario|nome mutuario|nome pagador|pagador|nm|nmcliente|nomecliente"
    "|nome razao|razaosocial|consumidor|nome consumidor|nome pessoa|nome social",
    Field.BIRTH_DATE: "nascimento|nasc|dtnasc|dtnascimento|aniversario|nascto"
    "|datanascimento|fundacao",
    Field.UF: "uf|estado|uf endereco|endereco uf|uf residencial|estado uf|uf residencia"
    "|uf cli|sigla uf|unidade federacao|unidade federativa",
    Field.STREET: "endereco|logradouro|rua|endereco residencial|endereco completo"
    "|logradouro endereco|endereco logradouro|complemento|complemento endereco"
    "|endereco complemento|rua sacado|endereco sacado|endereco pagador",
    Field.DISTRICT: "bairro|bairro residencial|bairro endereco|endereco bairro"
    "|bairro sacado|bairro pagador",
    Field.CITY: "cidade|municipio|localidade|cidade residencial|cidade endereco"
    "|endereco cidade|municipio residencial|cidade sacado|cidade pagador",
    Field.CEP: "cep|codigo postal|cep residencial|cep endereco|endereco cep|cep sacado"
    "|cep pagador|postal",
    Field.PRODUCT: "produto|tipo produto|descricao produto|modalidade|linha credito"
    "|nome produto|produto credor|tipo operacao|tipo contrato|desc produto",
    Field.CONTRACTED_ON: "contratacao|celebracao|assinatura|assinatura contrato"
    "|celebracao contrato|emissao contrato|inicio contrato|dtcontrato|dtcontratacao"
    "|datacontrato|datacontratacao",
    Field.INSTALMENT: "parcela|prestacao|parc|nrparcela|numparcela|seq parcela"
    "|sequencia parcela|prest|parcela atraso",
    Field.AMOUNT: "valor|valor parcela|valor divida|valor debito|valor aberto|valor devido"
    "|valor titulo|valor contrato|valor prestacao|saldo|saldo devedor|saldo aberto"
    "|valor saldo|valor saldo devedor|valor vencido|valor atraso|valorparcela|valortitulo"
    "|divida|debito|saldo parcela|saldo titulo|valor principal|principal",
    Field.DUE_ON: "vencimento|venc|vcto|vencto|dtvenc|dtvencimento|vencimento parcela"
    "|vencimento titulo|vct|dtvcto|dtvencto|datavencimento|vencimento prestacao|vecto",
}
_FIELD_OF = {name: field for field, names in _NAMES.items() for name in names.split("|")}
_SMALL_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a o da de do das dos em n no nr nro num numero cod codigo data dt cliente devedor"
        " titular r rs",
    )
)
_LONG_FORMS = {"vl": "valor", "vlr": "valor", "val": "valor", "parc": "parcela"}
_PHONE_WORDS = frozenset(
    "telefone telefones tel tels fone fones phone celular cel celulares whatsapp whats zap"
    " telcel telres telcom foneres fonecom fonecel".split()
)
_DATE_WORDS = frozenset(("data", "dt"))
_DDD_WORDS = frozenset(("ddd", "area"))
_SCORE_WORDS = frozenset("score scores propensao chance probabilidade prob".split())
_ANSWER_WORDS = frozenset("atender atendimento contato alo resposta localizacao".split())
_LINE_WORDS = frozenset(
    "residencial res comercial com recado principal movel fixo trabalho pessoal".split()
)
_PERSON_WORDS = frozenset(("cliente", "devedor", "titular"))  # scored for their credit

HINTS = {  # one of these words anywhere makes a header a candidate
    Field.CONTRACT: frozenset("contrato titulo operacao ctr contr proposta".split()),
    Field.DOCUMENT: frozenset("cpf cnpj cpfcnpj documento cgc".split()),
    Field.NAME: frozenset("nome sacado mutuario razao pagador".split()),
    Field.BIRTH_DATE: frozenset("nascimento nasc aniversario".split()),
    Field.UF: frozenset(("uf",)),
    Field.PRODUCT: frozenset(("produto", "modalidade")),
    Field.INSTALMENT: frozenset(("parcela", "prestacao")),
    Field.AMOUNT: frozenset("valor saldo divida debito".split()),
    Field.DUE_ON: frozenset("vencimento venc vcto vencto".split()),
    Field.PHONE: _PHONE_WORDS,
}


def plain(text: str) -> str:
    """Return a text without accents, case and punctuation, words parted by one blank."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", " ", bare).strip()


def words_of(header: str) -> list[str]:
    """`Telefone1` is two words, as `Telefone 1` is."""
    return re.findall(r"[a-z]+|\d+", plain(header))


def telling_words(words: Sequence[str]) -> list[str]:
    """Drop the words that say nothing, and write short ones in full."""
    return [_LONG_FORMS.get(word, word) for word in words if word not in _SMALL_WORDS]


def field_of(words: Sequence[str]) -> Field | None:
    """Return the field that these words name exactly; a contract's date is one of its own.

    >>> field_of(["data", "do", "contrato"]), field_of(["numero", "do", "contrato"])
    (<Field.CONTRACTED_ON: 'data do contrato'>, <Field.CONTRACT: 'contrato'>)
    """
    found = _FIELD_OF.get(" ".join(telling_words(words)))
    if found is Field.CONTRACT and _DATE_WORDS.intersection(words):
        return Field.CONTRACTED_ON
    return found


def is_phone(words: Sequence[str]) -> bool:
    telling = telling_words(words)
    return bool(telling) and telling[0] in _PHONE_WORDS


def is_ddd(words: Sequence[str]) -> bool:
    telling = telling_words(words)
    return bool(telling) and telling[0] in _DDD_WORDS


def is_score(words: Sequence[str]) -> bool:
    """Tell whether a number's chance of being answered stands below these words.

    `propensão a pagar` and a score of somebody's credit are something else.
    """
    if _PERSON_WORDS.intersection(words):
        return False
    others = [word for word in telling_words(words) if word not in _SCORE_WORDS]
    known = _ANSWER_WORDS | _LINE_WORDS | _PHONE_WORDS
    return len(others) < len(telling_words(words)) and all(
        word in known or word.isdecimal() for word in others
    )


def number_words(words: Sequence[str]) -> list[str]:
    """Return the words of a telephone's column, or of a chance's that name its telephone.

    >>> number_words(["score", "do", "telefone", "1"]), number_words(["prob", "alo"])
    (['telefone', '1'], [])
    """
    dropped = _SCORE_WORDS | _ANSWER_WORDS
    return [word for word in telling_words(words) if word not in dropped]


def without_phone_word(words: Sequence[str]) -> list[str]:
    """Drop a first word that only says that it is a telephone."""
    return list(words[1:] if words and words[0] in _PHONE_WORDS else words)

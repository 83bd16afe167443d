"""Pix keys: CPF, CNPJ, telephone, e-mail, random; their kind and their one written form.

Pure. Forms are those of the DICT API: documents without mask (a CNPJ may hold letters),
telephone in E.164, e-mail in lower case up to 77 characters, random key as a UUID.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from cobranca.payments.refusal import InvalidPixKey
from foundation.brasil.document import InvalidDocument, parse_document

_PHONE = re.compile(r"\+[1-9]\d{7,14}", re.ASCII)
_MAIL = re.compile(r"[a-z0-9.!#$&'*+/=?^_`{|}~-]+@[a-z0-9-]+(\.[a-z0-9-]+)+", re.ASCII)
_RANDOM = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.ASCII)
LONGEST = 77

KeyKind = Literal["cpf", "cnpj", "phone", "email", "random"]


@dataclass(frozen=True, slots=True)
class PixKey:
    """A key in the form that the BR Code and the bank take."""

    kind: KeyKind
    text: str


def parse_key(text: str) -> PixKey:
    """Read a key as people write it; raises InvalidPixKey.

    >>> parse_key("529.982.247-25")
    PixKey(kind='cpf', text='52998224725')
    """
    bare = text.strip()
    lowered = bare.lower()
    if len(bare) > LONGEST or not bare:
        raise InvalidPixKey("pix_key_length", "chave Pix em branco ou longa demais")
    if _RANDOM.fullmatch(lowered):
        return PixKey("random", lowered)
    if "@" in bare:
        if _MAIL.fullmatch(lowered):
            return PixKey("email", lowered)
        raise InvalidPixKey("pix_key_email", "chave Pix: e-mail inválido")
    if bare.startswith("+"):
        if _PHONE.fullmatch(bare):
            return PixKey("phone", bare)
        raise InvalidPixKey("pix_key_phone", "chave Pix: telefone fora do formato +55...")
    try:
        document = parse_document(bare)
    except InvalidDocument as error:
        raise InvalidPixKey(
            "pix_key_unknown", f"chave Pix não reconhecida: {error}"
        ) from error
    return PixKey(document.kind, document.text)

"""Which column of DDDs and which of chances belongs to which column of telephones.

Pure. Words that both names share pair them; where names are silent, place does. What was
chosen by place is told, for people to check.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cobranca.debtors.imports.synonyms import (
    Field,
    number_words,
    without_phone_word,
    words_of,
)

Targets = Sequence[Field | None]


@dataclass(frozen=True, slots=True)
class PhoneColumn:
    """A column of telephones; those of their DDD and chance where they stand apart."""

    index: int
    ddd_index: int | None = None
    score_index: int | None = None


def pair_columns(
    headers: Sequence[str], targets: Targets
) -> tuple[tuple[PhoneColumn, ...], tuple[str, ...]]:
    """Return the columns of telephones with theirs, and what was chosen by place, pt-BR."""
    phones = _places(targets, Field.PHONE)
    ddd_of = _ddds(headers, targets, phones)
    pairing = _Pairing(headers, phones)
    pairing.pair(_places(targets, Field.SCORE))
    paired = (
        PhoneColumn(phone, ddd_of.get(phone), pairing.score_of.get(phone))
        for phone in phones
    )
    return tuple(paired), tuple(pairing.notes)


def _places(targets: Targets, wanted: Field) -> list[int]:
    return [place for place, field in enumerate(targets) if field is wanted]


def _ddds(headers: Sequence[str], targets: Targets, phones: list[int]) -> dict[int, int]:
    """Pair each column of DDDs with its telephones: same words after it, or next to it."""
    words = [words_of(name) for name in headers]
    ddd_of: dict[int, int] = {}
    for place in _places(targets, Field.DDD):
        free = [phone for phone in phones if phone not in ddd_of]
        rest = list(words[place][1:])
        named = [
            phone for phone in free if rest in (list(words[phone]), list(words[phone][1:]))
        ]
        beside = [phone for phone in free if phone > place]
        for phone in (named or beside)[:1]:
            ddd_of[phone] = place
    return ddd_of


class _Pairing:
    """Pairs the columns of chances, those that name their telephone first."""

    def __init__(self, headers: Sequence[str], phones: Sequence[int]) -> None:
        self._headers = headers
        self._phones = phones
        self._words = [number_words(words_of(name)) for name in headers]
        self.score_of: dict[int, int] = {}
        self.notes: list[str] = []

    def pair(self, scores: list[int]) -> None:
        silent = [place for place in scores if not self._by_name(place)]
        if len(scores) == 1 and silent and self._is_of_all(silent[0]):
            self.score_of = dict.fromkeys(self._phones, silent[0])
            if len(self._phones) > 1:
                name = self._named(silent[0])
                self.notes.append(f"A coluna {name} vale para todos os telefones da linha.")
            return
        for place in silent:
            self._by_place(place)

    def _is_of_all(self, place: int) -> bool:
        """The only one, without a telephone's name and not amid telephones: the row's."""
        amid = any(p < place for p in self._phones) and any(p > place for p in self._phones)
        return not self._words[place] and not amid

    def _by_name(self, place: int) -> bool:
        name = self._words[place]
        if not name:
            return False
        free = [phone for phone in self._phones if phone not in self.score_of]
        whole = {phone: self._words[phone] for phone in free}
        after = {phone: words[1:] for phone, words in whole.items()}
        bare = without_phone_word(name)
        for alike, wanted in ((whole, name), (after, name), (after, bare)):
            for phone, words in alike.items():
                if words == wanted:
                    self.score_of[phone] = place
                    return True
        return False

    def _by_place(self, place: int) -> None:
        """The next telephone to the left, else to the right, that has none yet."""
        free = [phone for phone in self._phones if phone not in self.score_of]
        left = [phone for phone in free if phone < place]
        name = self._named(place)
        if not free:
            self.notes.append(f"A coluna {name} não foi lida: não há telefone para ela.")
            return
        phone = left[-1] if left else free[0]
        self.score_of[phone] = place
        self.notes.append(f"A coluna {name} vale para {self._named(phone)}.")

    def _named(self, place: int) -> str:
        return f"“{self._headers[place].strip() or place + 1}”"

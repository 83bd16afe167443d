"""Reads a flow from TOML; an error names the file and the line.

Pure: a text in, a flow or what is wrong with it out. Only the form is judged here (which
keys, of which kind); what the states make of each other is for `checking`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ura.flow.nodes import Anywhere, Ask, Do, End, Flow, Hears, Say, State, Waits

_TABLE = re.compile(r"\s*\[([^\[\]]+)\]")
_KEY = re.compile(r"\s*([A-Za-z0-9_]+)\s*=")
_AT_LINE = re.compile(r"at line (\d+)")
_NAME = r"^[a-z][a-z0-9_]*$"

Name = Annotated[str, Field(pattern=_NAME)]
Names = Annotated[tuple[Name, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong with a flow; `text` is pt-BR."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


class BadFlow(ValueError):
    """O fluxo tem erros; cada um com arquivo e linha."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Waits(_Strict):
    silence_s: float = Field(6.0, ge=1, le=30)
    pause_s: float = Field(0.5, ge=0.2, le=3)
    between_keys_s: float = Field(3.0, ge=0.5, le=15)
    total_s: float = Field(20.0, ge=2, le=120)
    tries: int = Field(3, ge=2, le=5)


class _Say(_Strict):
    kind: Literal["say"]
    say: Names
    then: Name
    whole: bool = False


class _Ask(_Strict):
    kind: Literal["ask"]
    ask: tuple[Name, ...] = ()  # these four are called after the state, if not named
    again: tuple[Name, ...] = ()
    by_keys: str = Field("", pattern=rf"{_NAME}|^$")
    quiet: tuple[Name, ...] = ()
    hears: Hears
    to: Mapping[Name, Name]
    keys: Mapping[Annotated[str, Field(pattern=r"^[0-9]$")], Name] = {}
    digits: int = Field(0, ge=0, le=20)
    keeps: str = Field("", pattern=rf"{_NAME}|^$")
    corrects: Mapping[Hears, Name] = {}
    waits: _Waits = _Waits()


class _Do(_Strict):
    kind: Literal["do"]
    step: Name
    to: Mapping[Name, Name] = Field(min_length=1)


class _End(_Strict):
    kind: Literal["end"]
    say: tuple[Name, ...] = ()
    outcome: Name
    hands_over: bool = False


class _Anywhere(_Strict):
    to: str = Field("", pattern=rf"{_NAME}|^$")
    key: str = Field("", pattern=r"^[0-9]?$")
    step: str = Field("", pattern=rf"{_NAME}|^$")
    says: Mapping[Name, Name] = {}


_State = Annotated[_Say | _Ask | _Do | _End, Field(discriminator="kind")]


_States = Annotated[Mapping[Name, _State], Field(min_length=1)]


class _Part(_Strict):
    state: _States


class _Flow(_Strict):
    name: Name
    start: Name
    failed: Name
    parts: tuple[str, ...] = ()  # files with more states
    confirms: tuple[Annotated[str, Field(pattern=r"^[a-z0-9_]+\.[a-z0-9_]+$")], ...] = ()
    leads: tuple[Name, ...] = ()  # before what was said already
    anywhere: Mapping[Name, _Anywhere] = {}
    state: _States


Form = TypeVar("Form", bound=_Strict)


def read_flow(file: str, texts: Mapping[str, str]) -> Flow:
    """Read a flow and the parts it names; `texts` are files by name. Raises BadFlow."""
    written = _written(_Flow, file, texts)
    places = _places(file, texts[file])
    states = dict(written.state)
    for part in written.parts:
        if part not in texts:
            raise BadFlow((Problem(*places["parts"], f"não há a parte “{part}”"),))
        there = _places(part, texts[part])
        for name, state in _written(_Part, part, texts).state.items():
            if name in states:
                text = f"o estado “{name}” já existe em outra parte"
                raise BadFlow((Problem(*there[f"state.{name}"], text),))
            states[name] = state
        places = there | places
    return Flow(
        name=written.name,
        file=file,
        start=written.start,
        failed=written.failed,
        confirms=frozenset(_pair(each) for each in written.confirms),
        states={name: _state(name, state) for name, state in states.items()},
        anywhere={
            name: Anywhere(
                outcome=name,
                to=each.to,
                key=each.key,
                step=each.step,
                says=dict(each.says),
            )
            for name, each in written.anywhere.items()
        },
        places=places,
        leads=written.leads,
    )


def _written(form: type[Form], file: str, texts: Mapping[str, str]) -> Form:
    try:
        return form.model_validate(tomllib.loads(texts[file]))
    except tomllib.TOMLDecodeError as error:
        at = _AT_LINE.search(str(error))
        problem = Problem(file, int(at[1]) if at else 1, f"TOML inválido: {error}")
        raise BadFlow((problem,)) from error
    except ValidationError as error:
        lines = lines_of(texts[file])
        raise BadFlow(tuple(_problems(error, lines, file))) from error


def _places(file: str, text: str) -> dict[str, tuple[str, int]]:
    return {name: (file, line) for name, line in lines_of(text).items()}


def lines_of(text: str) -> dict[str, int]:
    """Return the line of each table and of each key, by its dotted name.

    >>> lines_of("a = 1\\n[b.c]\\nd = 2")
    {'a': 1, 'b.c': 2, 'b.c.d': 3}
    """
    found: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _TABLE.match(line):
            table = header[1].strip()
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault(f"{table}.{key[1]}" if table else key[1], number)
    return found


def _problems(error: ValidationError, lines: Mapping[str, int], file: str) -> list[Problem]:
    found = []
    for each in error.errors():
        # the kind of a state stands in pydantic's way to the fault, not in the file
        place = [str(part) for part in each["loc"]]
        if (
            len(place) > 2
            and place[0] == "state"
            and place[2] in ("say", "ask", "do", "end")
        ):
            del place[2]
        ends = range(len(place), 0, -1)
        line = next((lines[n] for e in ends if (n := ".".join(place[:e])) in lines), 1)
        found.append(Problem(file, line, f"{'.'.join(place)}: {_words(each)}"))
    return sorted(found)


_WORDS = {
    "extra_forbidden": "chave desconhecida",
    "missing": "falta esta chave",
    "union_tag_invalid": "kind desconhecido: use say, ask, do ou end",
    "union_tag_not_found": "falta kind: say, ask, do ou end",
    "too_short": "não pode ser vazio",
    "enum": "forma de resposta desconhecida",
}


def _words(error: Any) -> str:
    kind: str = error["type"]
    if kind == "string_pattern_mismatch":
        return f"“{error['input']}” não é um nome aceito aqui"
    return _WORDS.get(kind) or f"valor recusado: {error['msg']}"


def _pair(text: str) -> tuple[str, str]:
    state, _, outcome = text.partition(".")
    return state, outcome


def _state(name: str, written: _Say | _Ask | _Do | _End) -> State:
    match written:
        case _Say():
            return Say(name=name, say=written.say, then=written.then, whole=written.whole)
        case _Ask():
            return Ask(
                name=name,
                ask=written.ask or (f"{name}_1", f"{name}_2"),
                again=written.again or (f"{name}_again",),
                by_keys=written.by_keys or f"{name}_keys",
                quiet=written.quiet or (f"{name}_quiet",),
                hears=written.hears,
                to=dict(written.to),
                keys=dict(written.keys),
                digits=written.digits,
                keeps=written.keeps,
                corrects=dict(written.corrects),
                waits=Waits(**written.waits.model_dump()),
            )
        case _Do():
            return Do(name=name, step=written.step, to=dict(written.to))
        case _End():
            return End(
                name=name,
                say=written.say,
                outcome=written.outcome,
                hands_over=written.hands_over,
            )

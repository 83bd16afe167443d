"""What a program of some revision may rely on in a database, read from its catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, text

_COLUMNS = text(
    "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,"
    "       a.atthasdef OR a.attidentity <> ''"
    "  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
    "  JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm')"
    "   AND a.attnum > 0 AND NOT a.attisdropped"
)
# what refuses a row, whatever it is called: constraints, unique indexes, triggers
_NARROWING = text(
    "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'x')"
    " UNION ALL "
    "SELECT indrelid::regclass::text,"
    "       'UNIQUE ' || split_part(pg_get_indexdef(indexrelid), ' USING ', 2)"
    "  FROM pg_index JOIN pg_class ON pg_class.oid = indrelid"
    " WHERE relnamespace = 'public'::regnamespace AND indisunique"
    " UNION ALL "
    "SELECT tgrelid::regclass::text, 'TRIGGER ' || tgname FROM pg_trigger"
    "  JOIN pg_class ON pg_class.oid = tgrelid"
    " WHERE relnamespace = 'public'::regnamespace AND NOT tgisinternal"
)
_FUNCTIONS = text(
    "SELECT proname || '(' || oidvectortypes(proargtypes) || ')',"
    "       coalesce(proallargtypes::regtype[]::text[], '{}'), coalesce(proargnames, '{}'),"
    "       prorettype::regtype::text"
    "  FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
)


@dataclass(frozen=True, slots=True)
class Column:
    """`filled`: a row that does not name it gets a value."""

    type: str
    required: bool
    filled: bool


@dataclass(frozen=True, slots=True)
class Schema:
    """Of one revision. Results of functions are (name, type), of one value ('', type)."""

    tables: dict[str, dict[str, Column]]
    narrowing: dict[str, set[str]]
    functions: dict[str, set[tuple[str, str]]]


def read(connection: Connection) -> Schema:
    """The schema as it stands."""
    tables: dict[str, dict[str, Column]] = {}
    for table, name, kind, required, filled in connection.execute(_COLUMNS):
        tables.setdefault(table, {})[name] = Column(kind, required, filled)
    narrowing: dict[str, set[str]] = {}
    for table, rule in connection.execute(_NARROWING):
        narrowing.setdefault(table, set()).add(rule)
    functions = {
        signature: set(zip(names, types, strict=False)) if types else {("", result)}
        for signature, types, names, result in connection.execute(_FUNCTIONS)
    }
    return Schema(tables, narrowing, functions)


def troubles(old: Schema, new: Schema) -> Iterator[str]:
    """What a program that was written for `old` cannot do, or no longer may, in `new`."""
    for table, columns in old.tables.items():
        now = new.tables.get(table, {})
        yield from (
            f"{table}.{name}: {why}"
            for name, column in columns.items()
            if (why := _worse(column, now.get(name)))
        )
        yield from (
            f"{table}.{name}: not named by it, and must be"
            for name, column in now.items()
            if name not in columns and column.required and not column.filled
        )
        added = new.narrowing.get(table, set()) - old.narrowing.get(table, set())
        if now:
            yield from (f"{table}: {rule}" for rule in sorted(added))
    for signature, result in old.functions.items():
        if signature not in new.functions:
            yield f"{signature}: gone"
        elif missing := result - new.functions[signature]:
            yield f"{signature}: gives no {sorted(missing)}"


def _worse(old: Column, new: Column | None) -> str:
    if new is None:
        return "gone"
    if new.type != old.type:
        return f"was {old.type}, is {new.type}"
    if new.required and not old.required:
        return "may not be empty any more"
    if old.filled and not new.filled and new.required:
        return "is not filled any more"
    return ""

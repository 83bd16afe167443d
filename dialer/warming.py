"""What a dialer can do before anybody needs it: read its code, and the rules that ship."""

from __future__ import annotations


def warm() -> None:
    """Load all that leading needs; touches no server, no setting, no file of the state."""
    import asyncpg
    import sqlalchemy.dialects.postgresql.asyncpg

    from cobranca.compliance.rulebook import reasons_in_force, rules_in_force

    _ = (asyncpg, sqlalchemy.dialects.postgresql.asyncpg)
    rules_in_force()
    reasons_in_force()

"""Servers without Docker or root: PostgreSQL, Valkey, Asterisk."""

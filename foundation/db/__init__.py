"""Database: engine, column types, metadata, migrations. One dialect: PostgreSQL."""

"""Contracts, debts and their instalments."""

"""Debts, offers, agreements and payments, in a real database."""

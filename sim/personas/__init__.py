"""Debtors who answer, talk, press keys, stay silent and hang up."""

"""Callers of the automatic conversation: telephones that speak and press keys."""

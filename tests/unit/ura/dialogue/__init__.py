"""Callers understood."""

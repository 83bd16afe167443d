"""Decisions of the automatic conversation. Pure."""

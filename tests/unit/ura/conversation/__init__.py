"""Conversations held."""

"""Adapters of the dialer's ports."""

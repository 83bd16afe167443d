"""Webhooks out: what happened here, told to others, signed, and again if asked."""

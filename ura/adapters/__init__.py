"""Adapters of the URA's ports."""

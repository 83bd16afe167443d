"""Offers by policy, and the agreements that come of them."""

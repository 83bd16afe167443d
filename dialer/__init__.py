"""Whom to call, when, how many at once; the floor of agents; calls joined to agents."""

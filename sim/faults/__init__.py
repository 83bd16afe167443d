"""Faults on purpose: what is done to a running campaign, and the judgement of it."""

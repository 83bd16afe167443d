"""Conversations with debtors: who is on the line, what may be said, what came of it."""

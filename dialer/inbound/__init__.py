"""Decisions about people who wait in the queue: who is next, and how long it will take."""

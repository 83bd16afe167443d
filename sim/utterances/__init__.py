"""Answers of callers, labelled, for measuring what the automatic conversation understands."""

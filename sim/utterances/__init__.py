"""Answers of callers, labelled, to measure what the automatic conversation understands."""

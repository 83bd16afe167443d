"""Prompts as sound."""

"""Prompts as sound: recordings and fragments joined, a live voice for the rest."""

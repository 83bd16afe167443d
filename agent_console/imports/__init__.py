"""Imports as the console takes them in and shows them."""

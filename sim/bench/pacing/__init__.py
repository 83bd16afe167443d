"""Pacers against each other and the limit, on the floors of the book."""

"""The automatic conversation under load."""

"""A simulated provider of e-mail."""

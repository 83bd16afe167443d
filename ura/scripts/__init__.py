"""The conversations themselves, one file per kind of call."""

"""What developing needs and running does not: the checks of `make check` and their data."""

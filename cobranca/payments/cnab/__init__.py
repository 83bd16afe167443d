"""CNAB 240 and 400: slips registered at the bank by file, and what the bank answers."""

"""`acordo sim replay`: a recorded day, read from the database, under other settings."""

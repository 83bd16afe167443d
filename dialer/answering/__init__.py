"""What listening to answered calls found, what follows from it, and its review."""

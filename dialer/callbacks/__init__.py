"""Call-backs: a debtor asked to be called at a time, and is."""

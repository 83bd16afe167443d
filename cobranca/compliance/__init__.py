"""Whether a contact is allowed, asked before every contact."""

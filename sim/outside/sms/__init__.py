"""A simulated provider of SMS: over HTTP, and as an SMSC over SMPP."""

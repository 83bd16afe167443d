"""Who comes in: sessions, tokens, the wait after wrong passwords, where one may be sent."""

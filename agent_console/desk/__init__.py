"""The agent's desk: own seat, the call in hand, what is recorded of it."""

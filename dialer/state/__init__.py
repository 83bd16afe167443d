"""The state of the floor as facts: what can never be, as it was, and built anew."""

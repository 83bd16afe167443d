"""What callers say and press, understood; and what is said to them, in words. Pure."""

"""The world as a product: a telephone network with debtors in it, and its scenarios."""

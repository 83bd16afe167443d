"""The automatic voice conversation with debtors."""

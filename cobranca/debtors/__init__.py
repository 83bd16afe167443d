"""Debtors, creditors, portfolios and the points where a debtor can be reached."""

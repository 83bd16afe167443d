"""Debts, offers, agreements and payments as the interface tells them."""

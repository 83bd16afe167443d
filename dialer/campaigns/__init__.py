"""Campaigns: which debtors, in which order, how often."""

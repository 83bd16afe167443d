"""The collections domain: debtors, debts, compliance, and the worker."""

"""The collections domain: debtors, debts, compliance, and the worker that does what was promised."""

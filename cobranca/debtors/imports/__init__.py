"""Import of debtors from the files that creditors send."""

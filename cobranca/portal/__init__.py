"""The debtor's own way in: links, codes, visits, and what he asks for there."""

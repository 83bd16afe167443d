"""Messages to debtors: queued, asked for, sent, and proven."""

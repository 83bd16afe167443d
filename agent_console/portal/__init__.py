"""The debtor portal: who may see what, and how it is shown."""

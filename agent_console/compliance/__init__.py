"""The contact policy for supervisors and programs: why, the ledger, contacts by others."""

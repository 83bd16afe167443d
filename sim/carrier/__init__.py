"""The telephone network: a second Asterisk whose numbers behave as a trace says."""

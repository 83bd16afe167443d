"""The telephone switch through Asterisk's manager interface."""

"""What the back office sees and does: creditors, policies, money that is not placed."""

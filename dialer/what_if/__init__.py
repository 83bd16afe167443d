"""What other abandonment targets would have given in a campaign's last hours."""

"""What supervisors see and do: campaigns, the floor live, alerts, recordings."""

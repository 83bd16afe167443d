"""Users of the system and the agents among them."""

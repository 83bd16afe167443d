"""What happened on a call: events, states, network outcomes, and their store."""

"""What a conversation has done: each step of a flow, on the product's own use cases."""

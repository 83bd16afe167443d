"""What an installation is brought back from: copies of it, and the keys that open them."""

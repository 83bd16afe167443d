"""The loop that reads the world, asks the cores and acts."""

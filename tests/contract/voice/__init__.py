"""What every way to a call's sound must keep."""

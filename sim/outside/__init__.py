"""The outside world that Acordo talks to, as servers: the bank first."""

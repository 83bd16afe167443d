"""`make compose-test`: the production form built, brought up, broken and put together."""

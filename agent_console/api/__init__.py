"""The frame of every route: who is let in, how a request is read and an answer written."""

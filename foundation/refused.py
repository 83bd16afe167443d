"""What a model refuses with words that the person who typed it may read."""

from __future__ import annotations


class Refused(ValueError):
    """Este valor não serve.

    Raised in validators: its text is pt-BR, says what to do, and repeats no secret. A plain
    ValueError there is told with a general text instead.
    """

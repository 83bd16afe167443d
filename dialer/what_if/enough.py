"""How much of a campaign's day is looked at, and how little says nothing. Values only."""

from __future__ import annotations

from datetime import timedelta

HOURS = 4.0  # that are looked at
LEAST_TALKS = 200
LEAST_SPAN = timedelta(minutes=30)

"""Property tests of payments: no example has a deadline, for the machine is shared."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("no deadline", deadline=None, max_examples=50)
settings.load_profile("no deadline")

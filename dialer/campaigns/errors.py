"""What a campaign refuses."""

from __future__ import annotations


class CampaignError(RuntimeError):
    """Something that the person at the keyboard can mend; the message says how."""


class NoCampaign(LookupError):
    """There is no campaign of that id."""

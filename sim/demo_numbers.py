"""The demonstration's number that the automatic conversation answers at."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from foundation.plan import UpSettings

URA = "+551130000100"
SETTING = "ACORDO_URA__TALKS_ON"


def environment(settings: UpSettings) -> Mapping[str, str]:
    """The setting by which a demonstration's URA answers there, unless one is given."""
    return {} if SETTING in os.environ else {SETTING: URA}

"""A pool of recogniser processes that has no model: nobody waits, and one line says why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ura.adapters.recognisers import PhraseRecognisers


async def test_without_a_model_nobody_waits_and_the_line_says_what_lacks(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with PhraseRecognisers(tmp_path, 1) as recognisers:
        assert await recognisers.speech(np.zeros(8000), ["sim"], free=False) is None
        assert await recognisers.speech(np.zeros(8000), ["sim"], free=False) is None
    assert "falta model.bin" in caplog.text

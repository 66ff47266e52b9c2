"""What tests of the feature cache share."""

from __future__ import annotations

import pytest


@pytest.fixture
def one_step_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sightkit.training.loop.pace.SECONDS_PER_CALL", 0.0)

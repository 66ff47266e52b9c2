"""AdamW."""

from __future__ import annotations

import pytest

from sightkit_plugins.optimizers.adamw import AdamWParams, build_adamw


def test_it_decays_by_default(weight_after):
    assert weight_after(build_adamw, AdamWParams(learning_rate=0.5), 0.0) == pytest.approx(1 - 0.5 * 0.004)


def test_decay_comes_beside_a_step_of_adams(weight_after):
    params = AdamWParams(learning_rate=0.1, weight_decay=0.5)
    assert weight_after(build_adamw, params, 7.0) == pytest.approx(0.95 - 0.1, abs=1e-5)


def test_the_decay_may_be_left_out(weight_after):
    assert weight_after(build_adamw, AdamWParams(weight_decay=0.0), 0.0) == 1.0

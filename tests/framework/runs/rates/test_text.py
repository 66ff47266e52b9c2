"""How learning rates are written."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightkit.runs.rates.text import rate_text


@pytest.mark.parametrize(
    ("rate", "text"),
    [(0.0032, "3.2e-3"), (0.001, "1e-3"), (1e-10, "1e-10"), (0.05, "0.05"), (1.0, "1"), (2e-5 / 3, "6.67e-6")],
)
def test_small_rates_have_an_exponent(rate, text):
    assert rate_text(rate) == text


@given(st.floats(1e-30, 1e30))
def test_what_is_written_is_the_same_number_in_toml(rate):
    assert tomllib.loads(f"rate = {rate_text(rate)}")["rate"] == pytest.approx(rate, rel=0.006)

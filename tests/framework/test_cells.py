"""Cells of CSV files."""

from __future__ import annotations

import pytest

from sightkit import harmless_cell


@pytest.mark.parametrize(
    "text", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1+1", "-1e", "-\u0661"]
)
def test_what_a_spreadsheet_would_compute_is_text(text: str) -> None:
    assert harmless_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "cat", "a=1", "-1", "+0.5", "-1e-3", "1"])
def test_other_text_and_numbers_stay_as_they_are(text: str) -> None:
    assert harmless_cell(text) == text

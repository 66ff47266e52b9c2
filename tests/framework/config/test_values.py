"""Values that TOML or Python can say and no setting takes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import PurePosixPath

import numpy as np
import pytest

from sightkit.config.values import refused_values, without


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (2**63, "expected a whole number of at most 64 bits, found a larger one"),
        (-(2**63) - 1, "expected a whole number of at most 64 bits, found a larger one"),
        pytest.param(16**5000, "expected a whole number of at most 64 bits, found a larger one", id="huge"),
        (date(2024, 5, 27), 'expected no date or time, found 2024-05-27; text needs quotes: "2024-05-27"'),
        (time(7, 32), 'expected no date or time, found 07:32:00; text needs quotes: "07:32:00"'),
        (
            datetime(2024, 5, 27, tzinfo=UTC),
            'expected no date or time, found 2024-05-27T00:00:00+00:00; text needs quotes: "2024-05-27T00:00:00+00:00"',
        ),
        ("a\0b", 'expected text without the character U+0000, found "a\\u0000b"'),
        ("a\udcffb", "expected text, found bytes that are not UTF-8: 'a\\udcffb'"),
        (None, "expected a value that TOML knows, found NoneType None"),
        (b"x", "expected a value that TOML knows, found bytes b'x'"),
        (PurePosixPath("x"), "expected a value that TOML knows, found PurePosixPath PurePosixPath('x')"),
        ({1}, "expected a value that TOML knows, found set {1}"),
        (np.zeros((2, 2)), r"expected a value that TOML knows, found ndarray array([[0., 0.],\n       [0., 0.]])"),
    ],
)
def test_what_no_setting_takes_is_refused_wherever_it_is(value, reason):
    assert list(refused_values({"a": [1, {"b": value}]})) == [(("a", 1, "b"), f"a.1.b: {reason}")]


def test_what_toml_says_is_not_refused():
    kept = {"a": [1, -(2**63), 2**63 - 1, 0.5, float("nan"), True, "é日😀\n", [], {}], "b": {"c": ""}}
    assert not list(refused_values(kept))


def test_what_is_refused_is_left_out():
    assert without({"a": [1, {"b": 2, "c": 3}]}, frozenset({("a", 1, "b")})) == {"a": [1, {"b": None, "c": 3}]}

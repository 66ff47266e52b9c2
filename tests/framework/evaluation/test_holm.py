import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightkit.evaluation.holm import holm

PROBABILITIES = st.lists(st.floats(0, 1), max_size=12)


def test_small_values_are_multiplied_by_how_many_are_left():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_one_comparison_stays_as_it_is():
    assert holm([0.04]) == [0.04]
    assert holm([]) == []


def test_what_was_not_tested_is_not_counted():
    adjusted = holm([math.nan, 0.02, 0.03])
    assert math.isnan(adjusted[0])
    assert adjusted[1:] == [0.04, 0.04]


@given(PROBABILITIES)
def test_a_correction_keeps_the_order_and_is_milder_than_bonferronis(p_values):
    adjusted = holm(p_values)
    for p_value, value in zip(p_values, adjusted, strict=True):
        assert p_value <= value <= min(1.0, p_value * len(p_values)) + 1e-15
    by_size = sorted(range(len(p_values)), key=p_values.__getitem__)
    assert [adjusted[index] for index in by_size] == sorted(adjusted)

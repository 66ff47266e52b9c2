import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from sightkit import Predictions
from sightkit.evaluation.mcnemar import (
    EXACT_BELOW,
    PairedCounts,
    accuracy_difference_interval,
    mcnemar_p_value,
    paired_counts,
)

SMALL = st.integers(0, 300)


def counts_of(both, only_first, only_second, neither):
    return PairedCounts(both=both, only_first=only_first, only_second=only_second, neither=neither)


def test_images_are_counted_by_who_is_right_about_them():
    labels = np.array([0, 0, 0, 1, 1])
    said = [[0, 0, 1, 0, 1], [0, 1, 1, 1, 1]]
    first, second = (
        Predictions(ids=tuple("abcde"), labels=labels, probabilities=np.eye(2)[np.array(each)]) for each in said
    )
    counts = paired_counts(first, second)
    assert counts == counts_of(2, 1, 1, 1)
    assert (counts.images, counts.discordant, counts.difference) == (5, 2, 0)


@given(st.integers(0, EXACT_BELOW - 1), st.data())
def test_few_differing_images_are_tested_by_the_binomial_distribution(discordant, data):
    only_first = data.draw(st.integers(0, discordant))
    counts = counts_of(data.draw(SMALL), only_first, discordant - only_first, data.draw(SMALL))
    expected = binomtest(only_first, discordant).pvalue if discordant else 1
    assert mcnemar_p_value(counts) == pytest.approx(expected, abs=1e-12)


def test_many_differing_images_are_tested_as_in_agrestis_book():
    # A. Agresti, "Categorical Data Analysis", second edition, section 10.1: approval of a prime minister; z = -4.17.
    p_value = mcnemar_p_value(counts_of(794, 150, 86, 570))
    assert p_value == pytest.approx(math.erfc(64 / math.sqrt(236) / math.sqrt(2)), rel=1e-12)
    assert 64 / math.sqrt(236) == pytest.approx(4.17, abs=0.005)


@given(SMALL, SMALL, SMALL, SMALL)
def test_it_does_not_matter_which_classifier_comes_first(both, only_first, only_second, neither):
    counts = counts_of(both, only_first, only_second, neither)
    swapped = counts_of(both, only_second, only_first, neither)
    assert mcnemar_p_value(counts) == mcnemar_p_value(swapped)
    if counts.images:
        low, high = accuracy_difference_interval(counts)
        assert low <= counts.difference <= high
        assert accuracy_difference_interval(swapped) == pytest.approx((-high, -low), abs=1e-12)
        assert -1 <= low <= high <= 1


def test_the_interval_is_newcombes():
    # As the R package contingencytables prints it for the table 59, 6, 16, 80: -0.0621 (-0.1186 to -0.0046).
    counts = counts_of(59, 16, 6, 80)
    low, high = accuracy_difference_interval(counts)
    assert [round(value, 4) for value in (counts.difference, low, high)] == [-0.0621, -0.1186, -0.0046]


def test_without_images_nothing_is_known():
    counts = counts_of(0, 0, 0, 0)
    assert math.isnan(counts.difference)
    assert all(map(math.isnan, accuracy_difference_interval(counts)))
    assert mcnemar_p_value(counts) == 1


def test_equally_accurate_classifiers_are_told_apart_in_one_of_twenty_samples():
    random = np.random.default_rng(0)
    tables = random.multinomial(1000, [0.88, 0.04, 0.04, 0.04], size=3000).tolist()
    found = [counts_of(*table) for table in tables]
    rejected = np.mean([mcnemar_p_value(counts) < 0.05 for counts in found])
    covered = np.mean([low <= 0 <= high for low, high in map(accuracy_difference_interval, found)])
    assert 0.04 < rejected < 0.06
    assert 0.94 < covered < 0.96


def test_the_exact_test_is_wrong_less_often_than_it_says():
    random = np.random.default_rng(0)
    tables = random.multinomial(300, [0.9, 0.02, 0.02, 0.06], size=3000).tolist()
    assert np.mean([mcnemar_p_value(counts_of(*table)) < 0.05 for table in tables]) < 0.05


def test_a_difference_that_is_there_is_found():
    random = np.random.default_rng(0)
    tables = random.multinomial(1000, [0.85, 0.02, 0.07, 0.06], size=500).tolist()
    found = [counts_of(*table) for table in tables]
    assert np.mean([mcnemar_p_value(counts) < 0.05 for counts in found]) > 0.99
    covered = np.mean([low <= 0.05 <= high for low, high in map(accuracy_difference_interval, found)])
    assert 0.92 < covered < 0.98

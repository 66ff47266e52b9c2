"""Small splits for tests of metrics, with everything that is rare in real ones, and built-in metrics by name."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from sightkit import Metric, MetricTask, Registry

CATALOGUE = Registry().catalogue


def built(name, *, classes=2, **params):
    """Return a built-in metric."""
    component = CATALOGUE.find(Metric, name).component
    return component.build(component.params(**params), MetricTask(classes=tuple(map(str, range(classes)))))


@st.composite
def splits(draw):
    """Labels and probabilities of 2 to 6 classes; ties, absent classes, certainty and single images among them."""
    classes = draw(st.integers(2, 6))
    count = draw(st.integers(1, 40))
    labels = draw(st.lists(st.integers(0, classes - 1), min_size=count, max_size=count))
    weights = st.lists(st.sampled_from([0, 1, 2, 3, 7]), min_size=classes, max_size=classes).filter(any)
    rows = np.array(draw(st.lists(weights, min_size=count, max_size=count)), dtype=np.float64)
    return np.array(labels, dtype=np.int64), rows / rows.sum(axis=1, keepdims=True)

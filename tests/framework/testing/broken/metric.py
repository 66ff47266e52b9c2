"""Metrics that break one rule each, and are named after the check that is to catch them."""

from __future__ import annotations

from sightkit import Metric, Params, Score, hookimpl


class Nothing(Params):
    """No parameters."""


def nothing(_params, _task):
    return None


def a_float(_params, _task):
    return lambda labels, probabilities: 0.5


def errors_as_if_they_were_good(_params, _task):
    return lambda labels, probabilities: Score(value=float((probabilities.argmax(axis=1) != labels).mean()))


def of_the_first_half(_params, _task):
    def metric(labels, probabilities):
        half = max(1, len(labels) // 2)
        return Score(value=float((probabilities.argmax(axis=1) == labels)[:half].mean()))

    return metric


def of_every_class(_params, task):
    def metric(labels, probabilities):
        right = probabilities.argmax(axis=1) == labels
        recalls = [sum(right[labels == label]) / sum(labels == label) for label in range(len(task.classes))]
        return Score(value=float(sum(recalls) / len(recalls)))

    def carefully(labels, probabilities):
        import numpy as np

        if not np.bincount(labels, minlength=len(task.classes)).all():
            raise ZeroDivisionError
        return metric(labels, probabilities)

    return carefully


class Uncounted:
    """Accuracy that passes over how often an image was drawn."""

    def __call__(self, labels, probabilities):
        return Score(value=float((probabilities.argmax(axis=1) == labels).mean()))

    def resampled(self, labels, probabilities, counts):
        import numpy as np

        return np.full(len(counts), self(labels, probabilities).value)


BROKEN = {
    "builds": nothing,
    "returns-a-score": a_float,
    "prefers-perfect-predictions": errors_as_if_they_were_good,
    "does-not-depend-on-the-order": of_the_first_half,
    "copes-with-absent-classes": of_every_class,
    "resampled-is-the-metric": lambda params, task: Uncounted(),
}


@hookimpl
def sightkit_metrics():
    return [Metric(name=name, summary="Broken.", params=Nothing, build=build) for name, build in BROKEN.items()]

"""Methods that give an estimator all of its attributes anew, or none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator


@contextmanager
def all_or_nothing(estimator: BaseEstimator) -> Iterator[None]:
    """Give an estimator the attributes back that it had, whatever is raised inside.

    Else a fit that failed would leave ``n_features_in_``, and an estimator that was never fitted would pass for one.
    The values of attributes are not copied: a network that `partial_fit` goes on with keeps the steps that went well.
    """
    before = dict(vars(estimator))
    try:
        yield
    except BaseException:
        vars(estimator).clear()
        vars(estimator).update(before)
        raise

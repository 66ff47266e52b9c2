"""`ParameterError`: a wrong parameter, as sightkit tells it and as scikit-learn does."""

from __future__ import annotations

from sightkit.errors import ConfigError


class ParameterError(ConfigError, ValueError):
    """A parameter of an estimator is wrong; the message names it as it was written, ``optimizer__learning_rate``.

    As scikit-learn's own it is a `ValueError`. Other errors of sightkit are none: inside a validator of pydantic's they
    would pass for a wrong value.
    """

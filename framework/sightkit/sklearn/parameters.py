"""Parameters of components as scikit-learn names them: ``architecture__filters``, beside those of a constructor."""

from __future__ import annotations

from typing import Any, Self

from sklearn.base import BaseEstimator

TABLES = (
    "architecture",
    "augmentations",
    "calibration",
    "images",
    "loss",
    "optimizer",
    "schedule",
    "split",
    "training",
)
"""The tables of an experiment whose keys can be named."""


def is_key(name: str) -> bool:
    """Say whether a parameter is a key of one of the tables."""
    table, _, key = name.partition("__")
    return table in TABLES and bool(key)


class WithKeys(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """An estimator with parameters that its constructor doesn't list: keys of the tables of an experiment.

    Each is an attribute, as any other parameter is, from when it is set.
    """

    def _set_keys(self, keys: dict[str, Any]) -> None:
        """Take the arguments of a constructor that it doesn't list.

        Raises:
            TypeError: one is no key.
        """
        for name, value in keys.items():
            if not is_key(name):
                message = f"{type(self).__name__}: unexpected argument {name!r}; expected one of its own, or TABLE__KEY"
                raise TypeError(f"{message} with a table of an experiment: {', '.join(TABLES)}")
            setattr(self, name, value)

    def keys_set(self) -> dict[str, Any]:
        """Return the keys that were set, sorted by name."""
        return {name: value for name, value in sorted(vars(self).items()) if is_key(name)}

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return all parameters, keys among them."""
        return {**super().get_params(deep), **self.keys_set()}

    def set_params(self, **params: Any) -> Self:
        """Set parameters, also keys that were not set before; ``None`` for a key leaves it to its default."""
        for name, value in params.items():
            if is_key(name):
                setattr(self, name, value)
        super().set_params(**{name: value for name, value in params.items() if not is_key(name)})
        return self

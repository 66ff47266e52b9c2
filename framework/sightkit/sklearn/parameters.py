"""Parameters of components as scikit-learn names them: ``architecture__filters``, beside those of a constructor."""

from __future__ import annotations

import re
from typing import Any, Self

from sklearn.base import BaseEstimator

from sightkit.registry.registry import Registry
from sightkit.sklearn.errors import ParameterError
from sightkit.sklearn.names import TABLES, is_key, refuse_unknown_keys
from sightkit.toml.problems import nearest


class WithKeys(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """An estimator with parameters that its constructor doesn't list: keys of the tables of an experiment.

    Each is an attribute, as any other parameter is, from when it is set.
    """

    def _set_keys(self, keys: dict[str, Any]) -> None:
        """Take the arguments of a constructor that it doesn't list.

        Raises:
            TypeError: one is no key. Whether its component has such a key is found out when it is used.
        """
        for name, value in keys.items():
            if not is_key(name):
                message = f"{type(self).__name__}: unexpected argument {name!r}; {self._hint(name)}"
                raise TypeError(message)
            setattr(self, name, value)

    def keys_set(self) -> dict[str, Any]:
        """Return the keys that were set, sorted by name."""
        return {name: value for name, value in sorted(vars(self).items()) if is_key(name)}

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return all parameters, keys among them."""
        return {**super().get_params(deep), **self.keys_set()}

    def set_params(self, **params: Any) -> Self:
        """Set parameters, also keys that were not set before; ``None`` for a key leaves it to its default.

        Raises:
            ValueError: there is no such parameter, or the component that is then chosen has no such key; none is set.
        """
        before = self.get_params(deep=False)
        unknown = [name for name in params if name not in before]
        for name in unknown:
            if not is_key(name):
                message = f"Invalid parameter {name!r} for {type(self).__name__}; {self._hint(name)}"
                raise ParameterError(message)
        after = {**before, **params}
        refuse_unknown_keys(unknown, after, lambda: Registry(extra=after["registries"]))
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def _hint(self, name: str) -> str:
        """Return what may be meant by the name of a parameter that is none."""
        single = next((table for table in TABLES if re.match(rf"{table}_[^_]", name)), None)
        if single:
            return f"did you mean {single}__{name[len(single) + 1 :]}?"
        table, _, key = name.partition("__")
        own = nearest(table, [*super().get_params(deep=False), *(TABLES if key else ())])
        if own and (not key or own in TABLES):
            return f"did you mean {'__'.join(filter(None, (own, key)))}?"
        return (
            f"expected one that its constructor lists, or TABLE__KEY with a table of an experiment: {', '.join(TABLES)}"
        )

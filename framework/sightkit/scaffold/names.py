"""What a new plugin may be called: in experiments, as a distribution and as a Python package at once."""

from __future__ import annotations

import importlib.util
import keyword
import re
import unicodedata
from collections.abc import Collection
from importlib import metadata

from sightkit.errors import ConfigError

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LONGEST = 60
FOLDERS = frozenset({"tests", "build", "dist"})
"""Folders of a project, which a package in it would get in the way of."""


def check_name(name: str, *, plugins: Collection[str]) -> None:
    """Insist that a new plugin may be called ``name``.

    Args:
        name: What somebody wants to call it.
        plugins: The names of those that there are.

    Raises:
        ConfigError: it is no such name, or something else bears it.
    """
    if not NAME.fullmatch(name) or len(name) > LONGEST:
        rule = f'a name of at most {LONGEST} lower-case letters, digits and single "-" that starts with a letter'
        suggested = suggestion(name)
        remedy = f"; try {suggested}" if suggested else ', such as "acme-vision"'
        message = f"{name!r} cannot be a plugin's name: expected {rule}{remedy}"
        raise ConfigError(message)
    if name in plugins:
        message = f"{name}: there is a plugin of this name already (sightkit plugins show {name}); choose another one"
        raise ConfigError(message)
    if any(metadata.distributions(name=name)):
        # pip would put the new one in the place of the old one: the name of a distribution need not be a module's.
        message = f"{name}: a distribution of this name is installed; choose another name, such as my-{name}"
        raise ConfigError(message)
    package = package_of(name)
    if keyword.iskeyword(package) or package in FOLDERS or importlib.util.find_spec(package) is not None:
        message = f"{name}: Python knows something else as {package}; choose another name, such as my-{name}"
        raise ConfigError(message)


def package_of(name: str) -> str:
    """Return the Python package of a plugin: ``acme_vision``."""
    return name.replace("-", "_")


def suggestion(text: str) -> str:
    """Return the name that is nearest to any text; empty where nothing of it is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if name[:1].isdigit():
        name = f"my-{name}"
    return name[:LONGEST].rstrip("-")

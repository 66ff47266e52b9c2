"""Parameters and shapes of images that components are checked with, as the words of a command line have them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sightkit.component import KINDS
from sightkit.config.overrides import parse_value, split_assignment
from sightkit.errors import ConfigError

SHAPE = re.compile(r"([1-9][0-9]{0,4})x([1-9][0-9]{0,4})x([1-9][0-9]{0,4})")


def examples_from(words: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the parameters of each component that the words of a command line name.

    Raises:
        ConfigError: a word is not NAME.KEY=VALUE, nor KIND.NAME.KEY=VALUE.
    """
    examples: dict[str, dict[str, Any]] = {}
    for word in words:
        path, value = split_assignment(word)
        *name, key = map(str, path or ("",))
        if not is_name(name):
            message = f"--example {word}: expected NAME.KEY=VALUE or KIND.NAME.KEY=VALUE, such as lesions.path=images"
            raise ConfigError(message)
        examples.setdefault(".".join(name), {})[key] = parse_value(value)
    return examples


def shapes_from(words: Sequence[str]) -> dict[str, tuple[int, int, int]]:
    """Return the shape of images for each component that the words of a command line name.

    Raises:
        ConfigError: a word is not NAME=HEIGHTxWIDTHxCHANNELS, nor that with KIND.NAME.
    """
    shapes = {}
    for word in words:
        path, value = split_assignment(word)
        name, sizes = list(map(str, path or ())), SHAPE.fullmatch(value)
        if not is_name(name) or sizes is None:
            message = f"--shape {word}: expected NAME=HEIGHTxWIDTHxCHANNELS, such as radar=64x64x13"
            raise ConfigError(message)
        height, width, channels = map(int, sizes.groups())
        shapes[".".join(name)] = height, width, channels
    return shapes


def is_name(parts: Sequence[str]) -> bool:
    """Say whether parts of a key are a component's name, or that after its kind."""
    return len(parts) == 1 or (len(parts) == 2 and parts[0] in KINDS)

"""An experiment as TOML text, complete with every default, and on demand with who set each value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import tomlkit

from sightkit.config.tree import Tree
from sightkit.experiment.idle import idle_keys
from sightkit.experiment.settings import ExperimentSettings
from sightkit.toml.document import KeyPath
from sightkit.toml.shown import one_line

if TYPE_CHECKING:
    from tomlkit.container import Container
    from tomlkit.items import Item, Table


def written(settings: ExperimentSettings) -> dict[str, Any]:
    """Return the values of an experiment that means the same wherever it is read: all defaults in, paths absolute."""
    return settings.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=idle_keys(settings))


def toml_text(values: Mapping[str, Any], *, origins: Tree | None = None) -> str:
    """Return values as TOML.

    Args:
        values: As `written` returns them.
        origins: Where they came from, to say so behind each of them.
    """
    document = tomlkit.document()
    fill(document, values, (), origins)
    return tomlkit.dumps(document)


def fill(table: Table | Container, values: Mapping[str, Any], path: KeyPath, origins: Tree | None) -> None:
    """Put values into a table: first the plain ones, then the tables, as TOML needs it."""
    plain = {key: value for key, value in values.items() if not is_table(value) and not is_table_array(value)}
    for key, value in plain.items():
        item = tomlkit.item(value)
        if origins is not None:
            item.comment(origin_of((*path, key), origins))
        table.add(key, item)
    for key, value in values.items():
        if is_table(value):
            inner = tomlkit.table()
            fill(inner, value, (*path, key), origins)
            table.add(key, inner)
        elif is_table_array(value):
            table.add(key, table_array(value, (*path, key), origins))


def table_array(values: list[Any], path: KeyPath, origins: Tree | None) -> Item:
    """Return an array of tables."""
    array = tomlkit.aot()
    for index, entry in enumerate(values):
        inner = tomlkit.table()
        fill(inner, entry, (*path, index), origins)
        array.append(inner)
    return array


def is_table(value: Any) -> bool:
    """Say whether TOML writes this under a header of its own."""
    return isinstance(value, dict)


def is_table_array(value: Any) -> bool:
    """Say whether TOML writes this as several tables of one name."""
    return isinstance(value, list) and bool(value) and all(isinstance(entry, dict) for entry in value)


def origin_of(path: KeyPath, origins: Tree) -> str:
    """Return who set a value: a file with its line, an override, or nobody."""
    if origins.get(path) is None:
        return "default"
    place = origins.problem(path, "")
    return one_line(place.file if place.line is None else f"{place.file}:{place.line}")

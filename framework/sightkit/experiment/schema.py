"""The JSON Schema of an experiment, made from the components that are loaded, for editors and other tools.

It refuses what ``sightkit check`` refuses, at the same key, except for what JSON Schema has no words for: what depends
on another key (``monitor``, two entries of one name, ``fold``) or on other files; ``3.0`` for a whole number, which is
the same number there; ``nan`` and ``inf``, which JSON lacks; and a date for a string, which taplo hands on as a string.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sightkit.component import KINDS
from sightkit.experiment.choice_schema import Choice
from sightkit.experiment.resolve import default_uses
from sightkit.experiment.settings import ExperimentSettings
from sightkit.experiment.table_schema import DEFINITIONS, DIALECT, Schema, open_table, table_schema
from sightkit.registry.catalogue import Catalogue

EXTENDS: Schema = {"required": ["extends"], **open_table({"extends": {"minItems": 1}})}
"""Holds for a file that is only complete together with others."""


def experiment_schema(catalogue: Catalogue) -> Schema:
    """Return a JSON Schema of the experiments that may name the components of a catalogue."""
    whole = table_schema(ExperimentSettings)
    definitions: Schema = whole.pop("definitions")
    required = whole.pop("required")
    alone: Schema = {}
    extending: Schema = {}
    for kind in KINDS.values():
        choice = Choice(kind, catalogue)
        definitions |= choice.definitions()
        if (field := whole["properties"].get(kind.kind)) is not None:
            del field["$ref"]
            field |= choice.head()
            alone[kind.kind] = choice.rules(default=default_uses().get((kind.kind,)))
            extending[kind.kind] = choice.part_rules()
    schema = {
        "$schema": DIALECT,
        "title": "sightkit experiment",
        **whole,
        "if": EXTENDS,
        "then": open_table(extending),
        "else": {"required": required, **open_table(alone)},
    }
    return {**schema, "definitions": reachable(schema, definitions)}


def reachable(schema: Schema, definitions: Schema) -> Schema:
    """Return the definitions that a schema refers to, directly or through others."""
    wanted: Schema = {}
    names = list(references(schema))
    while names:
        name = names.pop()
        if name not in wanted:
            wanted[name] = definitions[name]
            names.extend(references(definitions[name]))
    return dict(sorted(wanted.items()))


def references(schema: Any) -> Iterator[str]:
    """Yield the names of the definitions that a schema refers to."""
    if isinstance(schema, dict):
        if isinstance(reference := schema.get("$ref"), str):
            yield reference.removeprefix(DEFINITIONS)
        for inner in schema.values():
            yield from references(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from references(inner)

"""The JSON Schema of an experiment, made from the components that are loaded, for editors and other tools.

It refuses what ``sightkit check`` refuses, at the same key, except for what JSON Schema has no words for: what depends
on another key (``monitor``, two entries of one name, ``fold``, ``views``, ``epochs`` beside ``stages``) or on other
files; ``3.0`` for a whole number, which is the same number there; ``nan`` and ``inf``, which JSON lacks; and a date for
a string, which taplo hands on as a string.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sightkit.component import KINDS
from sightkit.experiment.choice_schema import Choice
from sightkit.experiment.resolve import default_uses
from sightkit.experiment.settings import ExperimentSettings, StageSettings
from sightkit.experiment.stage_schema import stage_rules
from sightkit.experiment.stage_tables import TABLES
from sightkit.experiment.table_schema import DEFINITIONS, DIALECT, Schema, open_table, table_schema
from sightkit.registry.catalogue import Catalogue

EXTENDS: Schema = {"required": ["extends"], **open_table({"extends": {"minItems": 1}})}
"""Holds for a file that is only complete together with others."""


def experiment_schema(catalogue: Catalogue) -> Schema:
    """Return a JSON Schema of the experiments that may name the components of a catalogue."""
    whole = table_schema(ExperimentSettings)
    definitions: Schema = whole.pop("definitions")
    required = whole.pop("required")
    choices = {kind.kind: Choice(kind, catalogue) for kind in KINDS.values()}
    defaults = {str(name): use for (name,), use in default_uses().items()}
    alone: Schema = {}
    extending: Schema = {}
    for key, choice in choices.items():
        definitions |= choice.definitions()
        if key in whole["properties"]:
            chosen_at(whole, key, choice)
            alone[key] = choice.rules(default=defaults.get(key))
            extending[key] = choice.part_rules()
    for key in TABLES:
        chosen_at(definitions[StageSettings.__name__], key, choices[key])
    schema = {
        "$schema": DIALECT,
        "title": "sightkit experiment",
        **whole,
        "if": EXTENDS,
        "then": open_table(extending),
        "else": {"required": required, **open_table(alone)},
        "allOf": list(stage_rules({key: choices[key] for key in TABLES}, defaults, EXTENDS)),
    }
    return {**schema, "definitions": reachable(schema, definitions)}


def chosen_at(table: Schema, key: str, choice: Choice) -> None:
    """Let a key of a table choose a component, whose parameters other rules decide."""
    field = table["properties"][key]
    del field["$ref"]
    field |= choice.head()


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

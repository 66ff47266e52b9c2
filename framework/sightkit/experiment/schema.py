"""The JSON Schema of an experiment, made from the components that are loaded, for editors and other tools.

It refuses what ``sightkit check`` refuses, at the same key, except for what JSON Schema has no words for: what depends
on another table (``monitor``, two entries of one name) or on other files, ``3.0`` for a whole number, which is the same
number there, and ``nan`` and ``inf``, which JSON lacks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from sightkit.component import KINDS, Component
from sightkit.experiment.resolve import default_uses
from sightkit.experiment.settings import ExperimentSettings
from sightkit.experiment.table_schema import DEFINITIONS, DIALECT, PART, part_of, table_schema
from sightkit.registry.catalogue import Catalogue
from sightkit.use import Found, UnknownComponentError, Use

Schema = dict[str, Any]

EXTENDS: Schema = {"required": ["extends"], "properties": {"extends": {"minItems": 1}}}
"""Holds for a file that is only complete together with others."""

HAS_USE: Schema = {"required": ["use"]}

LABEL: Schema = {"type": "string", "pattern": r'^[^./\\:"][^/\\:"]*$', "description": "What scores and files call it."}


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


class Choice:
    """The tables that choose a component of one kind: ``use`` decides what else such a table may hold.

    Args:
        kind: The kind.
        catalogue: The components that there are.
    """

    def __init__(self, kind: type[Component[Any]], catalogue: Catalogue) -> None:
        self.kind = kind
        self.names: dict[str, Found[Any]] = {}
        for name in sorted({name for each in catalogue.all(kind) for name in (each.component.name, each.identity)}):
            # A name that two plugins share means neither, and a component may lack what it requires.
            with suppress(UnknownComponentError):
                self.names[name] = catalogue.find(kind, name)
        self.found = list({each.identity: each for each in self.names.values()}.values())
        self.tables = {each.identity: self._table(each) for each in self.found}

    def definitions(self) -> Schema:
        """Return the kind, as items of arrays and other components' parameters refer to it, and all it refers to."""
        complete: Schema = {}
        for table in self.tables.values():
            complete |= table["definitions"]
        for each in self.found:
            complete[self._key(each)] = {
                key: value for key, value in self.tables[each.identity].items() if key != "definitions"
            }
        parts = {f"{name}{PART}": part_of(schema) for name, schema in complete.items()}
        kind = {**self.head(), **self.rules(default=None)}
        return {**complete, **parts, self.kind.kind: kind, f"{self.kind.kind}{PART}": {**self.head(), **self.part_rules()}}

    def head(self) -> Schema:
        """Return what holds whatever ``use`` says.

        taplo completes and explains keys by ``properties``, never by ``then``: the parameters of all components are
        here with nothing but their descriptions.
        """
        hints: Schema = {}
        for table in self.tables.values():
            for key, schema in table["properties"].items():
                hints.setdefault(key, {"description": schema.get("description", "")})
        use = {"enum": list(self.names), "description": f"Which {self.kind.kind}."}
        return {"type": "object", **open_table({**hints, "use": use})}

    def rules(self, *, default: str | None) -> Schema:
        """Return what a complete table may hold and must.

        ``if`` and ``then`` rather than ``oneOf``, with which validators can't say which key is wrong.

        Args:
            default: The component that a table means without ``use``; with ``None`` it must say one.
        """
        rules = [{"if": self._is(each), "then": {"$ref": self._reference(each)}} for each in self.found]
        if default in self.names:
            rules.append({"if": HAS_USE, "else": {"$ref": self._reference(self.names[default])}})
        else:
            rules.append(HAS_USE)
        return {"allOf": rules}

    def part_rules(self) -> Schema:
        """Return what a table may hold whose other keys, ``use`` among them, may be in a file that this one extends."""
        rules: list[Schema] = [
            {"if": self._is(each), "then": {"$ref": f"{self._reference(each)}{PART}"}} for each in self.found
        ]
        known: dict[str, list[Schema]] = {}
        for table in self.tables.values():
            for key, schema in part_of(table)["properties"].items():
                bare = {word: inner for word, inner in schema.items() if word not in {"default", "description"}}
                if bare not in known.setdefault(key, []):
                    known[key].append(bare)
        one_of_all = {key: schemas[0] if len(schemas) == 1 else {"anyOf": schemas} for key, schemas in known.items()}
        rules.append({"if": HAS_USE, "else": {"properties": one_of_all, "additionalProperties": False}})
        return {"allOf": rules}

    def _table(self, found: Found[Any]) -> Schema:
        """Return the schema of the table of one component, with its definitions."""
        table = table_schema(found.component.params, prefix=f"{self._key(found)}.")
        reserved: Schema = {"use": {"description": found.component.summary}}
        if self.kind.kind in Use.NAMED:
            reserved["name"] = LABEL
        return {
            # Without a type: that of the kind is enough, and one mistake makes one message.
            **{key: value for key, value in table.items() if key != "type"},
            "description": found.component.summary,
            "properties": {**reserved, **table.get("properties", {})},
        }

    def _is(self, found: Found[Any]) -> Schema:
        """Return the condition that a table's ``use`` means one component."""
        mine = [name for name, each in self.names.items() if each is found]
        # `required`, because the condition would hold for a table without `use` otherwise.
        return {"required": ["use"], "properties": {"use": {"enum": mine}}}

    def _key(self, found: Found[Any]) -> str:
        """Return what the schema of a component's table is called; a plugin's name may have any letters."""
        plugin = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in found.plugin)
        return f"{self.kind.kind}.{plugin}.{found.component.name}"

    def _reference(self, found: Found[Any]) -> str:
        return f"{DEFINITIONS}{self._key(found)}"


def open_table(properties: Schema) -> Schema:
    """Return the schema of a table that may hold other keys too.

    tombi warns of keys that are not among ``properties`` unless ``additionalProperties`` says in words that they may be.
    """
    return {"properties": properties, "additionalProperties": True}


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

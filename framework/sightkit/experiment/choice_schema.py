"""The JSON Schema of the tables that choose a component: ``use`` decides what else such a table may hold."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from typing import Any

from sightkit.component import Component
from sightkit.errors import PluginError
from sightkit.experiment.table_schema import DEFINITIONS, PART, Schema, open_table, part_of, table_schema
from sightkit.registry.catalogue import Catalogue
from sightkit.use import LABEL, Found, UnknownComponentError, Use, usable_params

HAS_USE: Schema = {"required": ["use"]}

LABELLED: Schema = {
    "type": "string",
    "pattern": f"^{LABEL.pattern}$",
    "description": "What scores and files call it.",
}


class Choice:
    """The tables that choose a component of one kind: ``use`` decides what else such a table may hold.

    Args:
        kind: The kind.
        catalogue: The components that there are.
    """

    def __init__(self, kind: type[Component[Any]], catalogue: Catalogue) -> None:
        self.kind = kind
        self.tables: dict[str, Schema] = {}
        for each in catalogue.all(kind):
            # What a plugin got wrong is refused where it is used, and keeps nobody from using the others.
            with suppress(PluginError):
                self.tables[each.identity] = self._table(each)
        self.names: dict[str, Found[Any]] = {}
        for name in sorted({name for each in catalogue.all(kind) for name in (each.component.name, each.identity)}):
            # A name that two plugins share means neither, and a component may lack what it requires.
            with suppress(UnknownComponentError):
                if (found := catalogue.find(kind, name)).identity in self.tables:
                    self.names[name] = found
        self.found = list({each.identity: each for each in self.names.values()}.values())

    def definitions(self) -> Schema:
        """Return the kind, as items of arrays and other components' parameters refer to it, and all it refers to."""
        complete: Schema = {}
        for table in self.tables.values():
            complete |= table["definitions"]
        for each in self.found:
            complete[self._key(each)] = {
                key: value for key, value in self.tables[each.identity].items() if key != "definitions"
            }
        complete[self.kind.kind] = {**self.head(), **self.rules(default=None)}
        parts = {f"{name}{PART}": part_of(schema) for name, schema in complete.items()}
        return {**complete, **parts, f"{self.kind.kind}{PART}": {**self.head(), **self.part_rules()}}

    def head(self) -> Schema:
        """Return what holds whatever ``use`` says.

        taplo completes and explains keys by ``properties``, never by ``then``: the parameters of all components are
        here with nothing but their descriptions, each with the one that most of those components give it.
        """
        told: dict[str, Counter[str]] = {}
        for table in self.tables.values():
            for key, schema in table["properties"].items():
                told.setdefault(key, Counter())[schema.get("description", "")] += 1
        # A parameter may be a table itself, hence the second word; see `open_table`.
        hints: Schema = {
            key: {"description": texts.most_common(1)[0][0], "additionalProperties": True}
            for key, texts in told.items()
        }
        use = {"enum": list(self.names), "description": f"Which {self.kind.kind}."}
        return {"type": "object", **open_table({**hints, "use": use})}

    def rules(self, *, default: str | None) -> Schema:
        """Return what a complete table may hold and must.

        ``if`` and ``then`` rather than ``oneOf``, with which validators can't say which key is wrong.

        Args:
            default: The component that a table means without ``use``; with ``None`` it must say one.
        """
        rules = [self._rule(each) for each in self.found]
        if default in self.names:
            rules.append({"if": HAS_USE, "else": {"$ref": self._reference(self.names[default])}})
        else:
            rules.append(HAS_USE)
        return {"allOf": rules, "additionalProperties": True}

    def part_rules(self) -> Schema:
        """Return what a table may hold whose other keys, ``use`` among them, may be in a file that this one extends."""
        rules = [self._rule(each, PART) for each in self.found]
        known: dict[str, list[Schema]] = {}
        for table in self.tables.values():
            for key, schema in part_of(table)["properties"].items():
                bare = {word: inner for word, inner in schema.items() if word not in {"default", "description"}}
                if bare not in known.setdefault(key, []):
                    known[key].append(bare)
        one_of_all = {key: schemas[0] if len(schemas) == 1 else {"anyOf": schemas} for key, schemas in known.items()}
        rules.append({"if": HAS_USE, "else": {"properties": one_of_all, "additionalProperties": False}})
        return {"allOf": rules, "additionalProperties": True}

    def differing_rules(self, base: Found[Any]) -> Schema:
        """Return what a table may hold that says only what differs from one that chooses ``base``."""
        rules = [self._rule(each, PART if each is base else "") for each in self.found]
        rules.append({"if": HAS_USE, "else": {"$ref": f"{self._reference(base)}{PART}"}})
        return {"allOf": rules, "additionalProperties": True}

    def means(self, found: Found[Any]) -> Schema:
        """Return the condition that a table's ``use`` means one component."""
        mine = [name for name, each in self.names.items() if each is found]
        # `required`, because the condition would hold for a table without `use` otherwise.
        return {**HAS_USE, **open_table({"use": {"enum": mine}})}

    def _table(self, found: Found[Any]) -> Schema:
        """Return the schema of the table of one component, with its definitions."""
        with usable_params(found):
            table = table_schema(found.component.params, prefix=f"{self._key(found)}.")
        reserved: Schema = {"use": {"description": found.component.summary}}
        if self.kind.kind in Use.NAMED:
            reserved["name"] = LABELLED
        return {
            # Without a type: that of the kind is enough, and one mistake makes one message.
            **{key: value for key, value in table.items() if key != "type"},
            "description": found.component.summary,
            "properties": {**reserved, **table.get("properties", {})},
        }

    def _rule(self, found: Found[Any], part: str = "") -> Schema:
        """Return what holds for a table that chooses one component."""
        return {"if": self.means(found), "then": {"$ref": f"{self._reference(found)}{part}"}}

    def _key(self, found: Found[Any]) -> str:
        """Return what the schema of a component's table is called; a plugin's name may have any letters."""
        plugin = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in found.plugin)
        return f"{self.kind.kind}.{plugin}.{found.component.name}"

    def _reference(self, found: Found[Any]) -> str:
        return f"{DEFINITIONS}{self._key(found)}"

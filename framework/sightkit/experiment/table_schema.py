"""The JSON Schema of one table: pydantic's, in the words of TOML and of the tools that editors have for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from sightkit.use import KIND_KEY

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic_core import core_schema

DIALECT = "http://json-schema.org/draft-07/schema#"
"""The newest dialect that taplo 0.9, tombi 1 and python-jsonschema all know.

taplo accepts a schema of 2020-12 and then passes over what is new in it: ``size = [1, 2]`` is fine with it where
``prefixItems`` wants an integer and a string.
"""

DEFINITIONS = "#/definitions/"
PART = ".part"

Schema: TypeAlias = dict[str, Any]


class TomlJsonSchema(GenerateJsonSchema):
    """pydantic's JSON Schema in the dialect of `DIALECT`, for TOML, which has no null."""

    schema_dialect = DIALECT

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """Leave out null: TOML says it by leaving out the key."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Leave out defaults of null, for the same reason."""
        made = super().default_schema(schema)
        return {key: value for key, value in made.items() if (key, value) != ("default", None)}

    def tuple_schema(self, schema: core_schema.TupleSchema) -> JsonSchemaValue:
        """Write the items of a tuple as the dialect does: ``items``, not ``prefixItems``."""
        made = super().tuple_schema(schema)
        if (items := made.pop("prefixItems", None)) is not None:
            made["items"] = items
        return made

    def union_schema(self, schema: core_schema.UnionSchema) -> JsonSchemaValue:
        """Say beside a union what a table in it may hold, so that tools point at the key in it that is wrong.

        Those words hold for tables alone. Inside ``anyOf`` all that is known is that no branch fits.
        """
        made = super().union_schema(schema)
        tables = [branch for branch in made.get("anyOf", ()) if branch.get("type") == "object"]
        if len(tables) == 1:
            (table,) = tables
            made |= {word: inner for word, inner in table.items() if word != "type"}
            made["anyOf"] = [{"type": "object"} if branch is table else branch for branch in made["anyOf"]]
        return made

    def handle_invalid_for_json_schema(self, _schema: core_schema.CoreSchema, _reason: str, /) -> JsonSchemaValue:
        """Accept anything where a plugin's type is one that JSON Schema has no word for."""
        return {}


def table_schema(model: type[BaseModel], *, prefix: str = "") -> Schema:
    """Return the JSON Schema of one table, as it may be written, with the tables inside it as ``definitions``.

    Args:
        model: What the table is validated against.
        prefix: Goes in front of the names of its definitions, so that those of several tables can stand side by side.
    """
    schema = model.model_json_schema(
        by_alias=True, ref_template=f"{DEFINITIONS}{prefix}{{model}}", schema_generator=TomlJsonSchema
    )
    definitions = schema.pop("$defs", {})
    made: Schema = settled(schema)
    made["definitions"] = {f"{prefix}{name}": settled(inner) for name, inner in definitions.items()}
    return made


def settled(schema: Any) -> Any:
    """Return a schema that refers to the kinds where components are nested, without pydantic's titles.

    Titles repeat the keys, and editors would show them instead of the descriptions.
    """
    if isinstance(schema, list):
        return [settled(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: settled(inner) for key, inner in schema.items() if key != "title" or not isinstance(inner, str)}
    if isinstance(default := made.get("default"), dict):
        made["default"] = without_null(default)
    if isinstance(kind := made.get(KIND_KEY), str):
        del made[KIND_KEY]
        made["$ref"] = f"{DEFINITIONS}{kind}"
    return made


def without_null(table: Schema) -> Schema:
    """Return a table without the keys that TOML would leave out, also in the tables inside it."""
    kept = {key: value for key, value in table.items() if value is not None}
    return {key: without_null(value) if isinstance(value, dict) else value for key, value in kept.items()}


def part_of(schema: Any) -> Any:
    """Return the schema of a table of which a file may say only a part, the rest being in a file that it extends.

    Tables merge, so nothing is required in them nor in the tables inside; arrays replace, so their items are complete.
    """
    if isinstance(schema, list):
        return [part_of(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    made = {
        key: inner if key == "items" else part_of(inner)
        for key, inner in schema.items()
        if key != "required" or not isinstance(inner, list)
    }
    if isinstance(reference := made.get("$ref"), str):
        made["$ref"] = f"{reference}{PART}"
    return made


def open_table(properties: Schema) -> Schema:
    """Return the schema of a table that may hold other keys too.

    tombi warns of a key that is not among ``properties`` unless ``additionalProperties`` says in words that it may be.
    """
    return {"properties": properties, "additionalProperties": True}

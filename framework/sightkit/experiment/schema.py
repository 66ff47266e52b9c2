"""The JSON Schema of an experiment, made from the components that are loaded, for editors and other tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from sightkit.component import KINDS, Component
from sightkit.experiment.resolve import default_uses
from sightkit.experiment.settings import ExperimentSettings
from sightkit.registry.catalogue import Catalogue
from sightkit.use import KIND_KEY, Found, Use

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic_core import core_schema

DIALECT = "http://json-schema.org/draft-07/schema#"
"""The dialect that taplo, tombi and python-jsonschema all know."""


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
            made.setdefault("additionalItems", False)
        return made


def experiment_schema(catalogue: Catalogue) -> dict[str, Any]:
    """Return a JSON Schema that accepts the experiments that ``sightkit check`` accepts, as far as one can say it."""
    schema = table_schema(ExperimentSettings)
    definitions = schema.setdefault("$defs", {})
    defaults = default_uses()
    for kind in KINDS.values():
        default = defaults.get((kind.kind,))
        definitions[kind.kind] = kind_schema(kind, catalogue, default, definitions)
    return {"$schema": DIALECT, "title": "sightkit experiment", **schema}


def table_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema of one table, as it may be written."""
    schema = model.model_json_schema(by_alias=True, schema_generator=TomlJsonSchema, mode="validation")
    settle(schema)
    return schema


def kind_schema(
    kind: type[Component[Any]], catalogue: Catalogue, default: str | None, definitions: dict[str, Any]
) -> dict[str, Any]:
    """Return the schema of a table that chooses a component: its ``use`` decides what else it may hold.

    ``if`` and ``then`` on ``use`` rather than ``oneOf``, with which validators can't say which key is wrong.
    """
    found = catalogue.all(kind)
    names = {
        name: each for each in found for name in (each.component.name, each.identity) if is_meant(catalogue, kind, name)
    }
    use: dict[str, Any] = {"enum": sorted(names), "description": f"Which {kind.kind}."}
    schema: dict[str, Any] = {"type": "object", "properties": {"use": use}}
    if default is None:
        schema["required"] = ["use"]
    else:
        use["default"] = default
    schema["allOf"] = [chosen_schema(each, names, default, definitions) for each in found]
    return schema


def is_meant(catalogue: Catalogue, kind: type[Component[Any]], name: str) -> bool:
    """Say whether ``use`` may say this name: a short name that two plugins share means neither."""
    return "/" in name or name in catalogue.names(kind)


def chosen_schema(
    found: Found[Any], names: dict[str, Found[Any]], default: str | None, definitions: dict[str, Any]
) -> dict[str, Any]:
    """Return what a table may hold if its ``use`` is this component."""
    mine = sorted(name for name, each in names.items() if each is found)
    condition: dict[str, Any] = {"properties": {"use": {"enum": mine}}}
    if default not in mine:
        # Without `required`, the condition also holds for a table that says no `use`: right for the default only.
        condition["required"] = ["use"]
    params = table_schema(found.component.params)
    definitions.update(params.pop("$defs", {}))
    reserved: dict[str, Any] = {"use": {"const": mine[0]} if len(mine) == 1 else {"enum": mine}}
    if found.component.kind in Use.NAMED:
        reserved["name"] = {"type": "string", "minLength": 1, "description": "What scores and files call it."}
    params["properties"] = {**reserved, **params.get("properties", {})}
    params["description"] = found.component.summary
    return {"if": condition, "then": params}


def settle(schema: Any) -> None:
    """Refer to the kinds where components are nested, and take out pydantic's titles.

    Titles repeat the keys, and editors would show them instead of the descriptions.
    """
    if isinstance(schema, list):
        for inner in schema:
            settle(inner)
    elif isinstance(schema, dict):
        if isinstance(schema.get("title"), str):
            del schema["title"]
        if isinstance(default := schema.get("default"), dict):
            schema["default"] = {key: value for key, value in default.items() if value is not None}
        if isinstance(kind := schema.pop(KIND_KEY, None), str):
            schema["$ref"] = f"#/$defs/{kind}"
        for inner in schema.values():
            settle(inner)

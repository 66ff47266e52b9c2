"""``sightkit components`` and ``sightkit component``: what can be named in an experiment, and with which parameters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sightkit.cli.console import print_json, print_table, print_text
from sightkit.cli.options import JsonOption, RegistryOption, TrustOption
from sightkit.errors import ConfigError, PluginError

if TYPE_CHECKING:
    from sightkit.component import Component
    from sightkit.use import Found


def complete_kind(incomplete: str) -> list[str]:
    """Return the kinds that a word may become, for the shell."""
    from sightkit.component import KINDS

    return [kind for kind in KINDS if kind.startswith(incomplete)]


def complete_component(context: typer.Context, incomplete: str) -> list[str]:
    """Return the components of the kind in front that a word may become, for the shell."""
    from sightkit.component import KINDS
    from sightkit.registry.registry import Registry

    kind = KINDS.get(context.params.get("kind", ""))
    names = Registry().catalogue.names(kind) if kind is not None else []
    return [name for name in names if name.startswith(incomplete)]


KindArgument = Annotated[
    str | None,
    typer.Argument(metavar="[KIND]", help="Only this kind.", autocompletion=complete_kind, show_default=False),
]


def components(
    kind: KindArgument = None,
    json: JsonOption = False,
    registry: RegistryOption = [],
    trust_project: TrustOption = False,
) -> None:
    """List the components that an experiment can name.

    Example:  sightkit components augmentations
    """
    from sightkit.cli.opening import kind_named, open_registry
    from sightkit.component import KINDS

    kinds = [kind_named(kind)] if kind is not None else list(KINDS.values())
    opened = open_registry(Path.cwd(), files=registry, trust=trust_project)
    found = [each for wanted in kinds for each in opened.catalogue.all(wanted)]
    if json:
        print_json([document(each) for each in found])
        return
    names = [name for wanted in kinds for name in opened.catalogue.names(wanted)]
    print_table(
        ["kind", "name", "from", "summary"],
        [
            [each.component.kind, name, each.origin, summary(each.component)]
            for each, name in zip(found, names, strict=True)
        ],
    )


def component(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="The kind.", autocompletion=complete_kind)],
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Its name, or plugin/name.", autocompletion=complete_component)
    ],
    json: JsonOption = False,
    registry: RegistryOption = [],
    trust_project: TrustOption = False,
) -> None:
    """Show a component: its parameters with defaults, bounds and units, and where it comes from.

    Example:  sightkit component architecture basic-cnn
    """
    from sightkit.cli.opening import kind_named, open_registry
    from sightkit.use import UnknownComponentError

    wanted = kind_named(kind)
    opened = open_registry(Path.cwd(), files=registry, trust=trust_project)
    try:
        found = opened.catalogue.find(wanted, name)
    except UnknownComponentError as error:
        message = f"{wanted.kind} {name!r}: {error.message}"
        raise (PluginError if error.plugin_failed else ConfigError)(message) from None
    if json:
        print_json({**document(found), "parameters": params_schema(found)})
        return
    made = found.component
    print_text(f"{made.kind} {made.name}: {summary(made)}\nplugin {found.plugin}, from {found.origin}")
    if made.requires:
        print_text(f"requires {', '.join(made.requires)}")
    rows = parameter_rows(params_schema(found))
    print_text("")
    if rows:
        print_table(["parameter", "type", "default", "description"], rows)
    else:
        print_text("It has no parameters.")
    print_text(f"\n{example(made, opened.catalogue.written(found))}")


def summary(made: Component[Any]) -> str:
    """Return a component's summary, with a warning where it is deprecated."""
    return f"{made.summary} (deprecated: {made.deprecated})" if made.deprecated else made.summary


def document(found: Found[Any]) -> dict[str, Any]:
    """Return a component as JSON."""
    made = found.component
    return {
        "kind": made.kind,
        "name": made.name,
        "summary": made.summary,
        "plugin": found.plugin,
        "origin": found.origin,
        "requires": list(made.requires),
        "deprecated": made.deprecated,
    }


def params_schema(found: Found[Any]) -> dict[str, Any]:
    """Return the JSON Schema of a component's parameters."""
    from sightkit.experiment.table_schema import table_schema
    from sightkit.use import usable_params

    with usable_params(found):
        return table_schema(found.component.params)


def parameter_rows(schema: dict[str, Any]) -> list[list[str]]:
    """Return a row for each parameter: name, type with bounds, default, description."""
    import json

    required = set(schema.get("required", ()))
    return [
        [
            name,
            type_in_words(field),
            "required"
            if name in required
            else json.dumps(field["default"], ensure_ascii=False)
            if "default" in field
            else "",
            field.get("description", ""),
        ]
        for name, field in schema.get("properties", {}).items()
    ]


NUMBERS = {"integer": "whole number", "number": "number"}
BOUNDS = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}


def type_in_words(field: dict[str, Any]) -> str:
    """Return what a parameter may be, as a person would say it."""
    if "enum" in field:
        return " | ".join(str(choice) for choice in field["enum"])
    if "const" in field:
        return str(field["const"])
    if "anyOf" in field:
        return " or ".join(type_in_words(choice) for choice in field["anyOf"])
    if "$ref" in field:
        return f"{str(field['$ref']).rsplit('/', 1)[-1]} table"
    kind = str(field.get("type", "value"))
    if kind == "array":
        items = field.get("items", {})
        inner = ", ".join(map(type_in_words, items)) if isinstance(items, list) else f"{type_in_words(items)}, ..."
        return f"[{inner}]"
    bounds = " and ".join(f"{sign} {field[key]}" for key, sign in BOUNDS.items() if key in field)
    words = {"string": "path" if field.get("format") == "path" else "string", "boolean": "true | false", **NUMBERS}
    return f"{words.get(kind, kind)} {bounds}".strip()


def example(made: Component[Any], name: str) -> str:
    """Return how a component stands in an experiment, under the name that means it there."""
    several = made.plural in {"augmentations", "metrics", "reports", "extensions"}
    header = f"[[{made.plural}]]" if several else f"[{made.kind}]"
    return f'{header}\nuse = "{name}"'

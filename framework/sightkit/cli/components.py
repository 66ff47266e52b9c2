"""``sightkit components`` and ``sightkit component``: what can be named in an experiment, and with which parameters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sightkit.cli.console import print_json, print_table, print_text
from sightkit.cli.options import JsonOption, RegistryOption, TrustOption, open_registry
from sightkit.component import KINDS, Component
from sightkit.errors import ConfigError
from sightkit.toml.problems import did_you_mean

if TYPE_CHECKING:
    from sightkit.use import Found

KindArgument = Annotated[
    str | None,
    typer.Argument(metavar="[KIND]", help="Only this kind.", autocompletion=lambda: list(KINDS), show_default=False),
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
    kinds = [kind_named(kind)] if kind is not None else list(KINDS.values())
    opened = open_registry(Path.cwd(), files=registry, trust=trust_project)
    found = [each for wanted in kinds for each in opened.catalogue.all(wanted)]
    if json:
        print_json([document(each) for each in found])
        return
    print_table(
        ["kind", "name", "from", "summary"],
        [[each.component.kind, each.component.name, each.origin, summary(each.component)] for each in found],
    )


def component(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="The kind.", autocompletion=lambda: list(KINDS))],
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name, or plugin/name.")],
    json: JsonOption = False,
    registry: RegistryOption = [],
    trust_project: TrustOption = False,
) -> None:
    """Show a component: its parameters with defaults, bounds and units, and where it comes from.

    Example:  sightkit component architecture basic-cnn
    """
    from sightkit.use import UnknownComponentError

    wanted = kind_named(kind)
    opened = open_registry(Path.cwd(), files=registry, trust=trust_project)
    try:
        found = opened.catalogue.find(wanted, name)
    except UnknownComponentError as error:
        message = f"{wanted.kind} {name!r}: {error.message}"
        raise ConfigError(message) from None
    if json:
        print_json({**document(found), "parameters": params_schema(found.component)})
        return
    made = found.component
    print_text(f"{made.kind} {made.name}: {summary(made)}\nplugin {found.plugin}, from {found.origin}")
    if made.requires:
        print_text(f"requires {', '.join(made.requires)}")
    rows = parameter_rows(params_schema(made))
    print_text("")
    if rows:
        print_table(["parameter", "type", "default", "description"], rows)
    else:
        print_text("It has no parameters.")
    print_text(f"\n{example(made)}")


def kind_named(word: str) -> type[Component[Any]]:
    """Return the kind that a word means, in the singular or the plural.

    Raises:
        ConfigError: there is no such kind.
    """
    for kind in KINDS.values():
        if word in {kind.kind, kind.plural}:
            return kind
    message = f"{word}: no such kind of component; {did_you_mean(word, KINDS, otherwise='kinds')}"
    raise ConfigError(message)


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


def params_schema(made: Component[Any]) -> dict[str, Any]:
    """Return the JSON Schema of a component's parameters."""
    from sightkit.experiment.table_schema import table_schema

    return table_schema(made.params)


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


def example(made: Component[Any]) -> str:
    """Return how a component stands in an experiment."""
    several = made.plural in {"augmentations", "metrics", "reports", "extensions"}
    header = f"[[{made.plural}]]" if several else f"[{made.kind}]"
    return f'{header}\nuse = "{made.name}"'

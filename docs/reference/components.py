"""The reference of components: a page for each kind, with the parameters of everything that ships with sightkit.

It says what ``sightkit component KIND NAME`` says, by the same functions.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from reference.page import Page, code, fence, plain, table
from sightkit import Component, Registry
from sightkit.cli.components import document, example, parameter_rows, params_schema, summary
from sightkit.component import KINDS
from sightkit.use import Found

SHIPPED = "sightkit "
"""What the origin of a component that ships with sightkit begins with: its distribution, before the version."""


def pages(registry: Registry | None = None, *, origin: str = SHIPPED) -> list[Page]:
    """Return a page for each kind of component.

    Args:
        registry: What knows the components; by default what is built in and installed.
        origin: What the origin of those that are described begins with; whatever else is installed is left out.
    """
    catalogue = (registry or Registry()).catalogue
    made = []
    for kind in KINDS.values():
        found = [each for each in catalogue.all(kind) if each.origin.startswith(origin)]
        made.append(page(kind, sorted(found, key=lambda each: each.component.name)))
    return made


def page(kind: type[Component[Any]], found: list[Found[Any]]) -> Page:
    """Return the page of one kind."""
    rows = [[f"[`{each.component.name}`](#{each.component.name})", plain(summary(each.component))] for each in found]
    overview = table([kind.kind, "what it is"], rows) if rows else f"sightkit ships no {kind.kind}; plugins may."
    described = [part for each in found for part in component(each)]
    path = f"reference/components/{kind.plural}.md"
    return Page(path=path, title=kind.plural.capitalize(), parts=[inspect.getdoc(kind) or "", overview, *described])


def component(found: Found[Any]) -> Iterator[str]:
    """Yield the paragraphs about one component."""
    made, schema = found.component, params_schema(found)
    yield f"## {code(made.name)}"
    yield plain(summary(made))
    if requires := document(found)["requires"]:
        yield f"It requires {', '.join(map(code, requires))}."
    yield fence("toml", example(made, made.name))
    yield parameters(schema)
    for name, inner in schema["definitions"].items():
        yield f"A {name} table:"
        yield parameters(inner)


def parameters(schema: dict[str, Any]) -> str:
    """Return the table of the parameters that a JSON Schema describes."""
    rows = [
        [code(name), linked(plain(kind)), default if default == "required" else code(default), plain(description)]
        for name, kind, default, description in parameter_rows(schema)
    ]
    return table(["parameter", "type", "default", "description"], rows) if rows else "It has no parameters."


def linked(kind: str) -> str:
    """Return a type in words with a link to the page of the components that it speaks of."""
    for each in KINDS.values():
        kind = kind.replace(f"{each.kind} table", f"[{each.kind} table]({each.plural}.md)")
    return kind

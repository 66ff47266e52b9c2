"""Where the statement stands that tomllib refused; tomllib itself points behind it, or nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightkit.toml.positions import KEYS, TABLES, Position, in_characters, key_parts, parse

if TYPE_CHECKING:
    from tree_sitter import Node


def statement_around(text: str, line: int, column: int) -> tuple[Position, str, bool]:
    """Return where the statement around a place starts, what it is called, and whether another one is called so too.

    Args:
        text: A text in which a key or a table is defined twice; otherwise it is TOML.
        line: The line of the place, from 1.
        column: Its column in characters, from 1. It is inside the statement, or right behind its end.
    """
    root, lines = parse(text)
    place = (line - 1, len(text.split("\n")[line - 1][: column - 1].encode("utf-8")))
    best, waiting = root, list(root.named_children)
    while waiting:
        node = waiting.pop()
        if not node.start_point <= place <= node.end_point and node.type not in TABLES:
            continue
        if node.type in {"pair", *TABLES} and best.start_point <= node.start_point <= place:
            best = node
        waiting.extend(node.named_children)
    key = next((child for child in best.named_children if child.type in KEYS), None)
    if key is None or best.parent is None:
        return (line, column), "this", True
    # A pair shares its table with the other one; a header names its table in full.
    keys = [other for node in best.parent.named_children for other in node.named_children[:1] if other.type in KEYS]
    twice = [names_in(other) for other in keys].count(names_in(key)) > 1
    name = "".join((key.text or b"").decode("utf-8").split())
    brackets = {"table": f"[{name}]", "table_array_element": f"[[{name}]]"}
    return in_characters(lines, *best.start_point), brackets.get(best.type, name), twice


def names_in(key: Node) -> list[str]:
    """Return the names in a dotted key."""
    return [name for name, _ in key_parts(key)]


def nested_deeper(text: str, deepest: int) -> Position:
    """Return where the first array or inline table stands that has ``deepest`` others around it."""
    root, lines = parse(text)
    waiting = [(root, 0)]
    while waiting:
        node, depth = waiting.pop()
        if node.type in {"array", "inline_table"}:
            depth += 1
        if depth > deepest:
            return in_characters(lines, *node.start_point)
        waiting.extend((child, depth) for child in reversed(node.named_children))
    return 1, 1

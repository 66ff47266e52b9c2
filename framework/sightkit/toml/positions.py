"""Where each key and value of a TOML text stands, found with tree-sitter; tomllib keeps no positions."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

Position = tuple[int, int]
"""Line and column, both counted from 1, the column in characters."""

KEYS = frozenset({"bare_key", "quoted_key", "dotted_key"})
TABLES = frozenset({"table", "table_array_element"})


@dataclass
class Marks:
    """The positions of a document.

    Attributes:
        lines: The lines of the text as UTF-8, since tree-sitter counts in bytes.
        keys: Path to the position of the key, the last one where a table is opened again.
        values: Path to the position of the value; that of its header for a table.
    """

    lines: list[bytes]
    keys: dict[tuple[str | int, ...], Position] = field(default_factory=dict)
    values: dict[tuple[str | int, ...], Position] = field(default_factory=dict)
    array_lengths: dict[tuple[str | int, ...], int] = field(default_factory=dict)

    def position(self, path: tuple[str | int, ...], *, at_key: bool) -> Position:
        """Return the position of a value or its key, or of the nearest table around it, or of the first line."""
        wanted = self.keys if at_key else self.values
        if path in wanted:
            return wanted[path]
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, (1, 1))

    def of(self, node: Node) -> Position:
        """Return where a node starts."""
        row, column = node.start_point
        return row + 1, len(self.lines[row][:column].decode("utf-8", "replace")) + 1


def find_marks(text: str) -> Marks:
    """Return the positions of every key and value of a text that tomllib has accepted."""
    content = text.encode("utf-8")
    root = Parser(Language(tree_sitter_toml.language())).parse(content).root_node
    marks = Marks(content.split(b"\n"))
    for node in root.named_children:
        if node.type == "pair":
            mark_pair(node, (), marks)
        elif node.type in TABLES:
            mark_table(node, marks)
    return marks


def mark_table(node: Node, marks: Marks) -> None:
    """Note the header of a table or of an element of an array of tables, and what stands below it."""
    header = next(child for child in node.named_children if child.type in KEYS)
    path: tuple[str | int, ...] = ()
    parts = list(key_parts(header))
    for number, (name, part) in enumerate(parts):
        path = (*path, name)
        marks.keys[path] = marks.of(part)
        marks.values.setdefault(path, marks.of(node))
        if number == len(parts) - 1 and node.type == "table_array_element":
            marks.array_lengths[path] = marks.array_lengths.get(path, 0) + 1
        if path in marks.array_lengths:
            path = (*path, marks.array_lengths[path] - 1)
    marks.values[path] = marks.of(node)
    for child in node.named_children:
        if child.type == "pair":
            mark_pair(child, path, marks)


def mark_pair(node: Node, table: tuple[str | int, ...], marks: Marks) -> None:
    """Note a ``key = value``."""
    key, *values = [child for child in node.named_children if child.type != "comment"]
    path = table
    for name, part in key_parts(key):
        path = (*path, name)
        marks.keys[path] = marks.of(part)
        marks.values.setdefault(path, marks.of(part))
    if values:
        mark_value(values[0], path, marks)


def mark_value(node: Node, path: tuple[str | int, ...], marks: Marks) -> None:
    """Note a value and, in arrays and inline tables, what is inside it."""
    marks.values[path] = marks.of(node)
    inside = [child for child in node.named_children if child.type != "comment"]
    if node.type == "array":
        for index, child in enumerate(inside):
            mark_value(child, (*path, index), marks)
    elif node.type == "inline_table":
        for child in inside:
            mark_pair(child, path, marks)


def key_parts(node: Node) -> Iterator[tuple[str, Node]]:
    """Yield the parts of a dotted key with their nodes."""
    if node.type == "dotted_key":
        for child in node.named_children:
            yield from key_parts(child)
    elif node.type in KEYS and node.text is not None:
        text = node.text.decode("utf-8")
        yield next(iter(tomllib.loads(f"{text} = 0"))), node

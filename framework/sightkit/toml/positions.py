"""Where each key and value of a TOML text stands, found with tree-sitter; tomllib keeps no positions."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

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
        deepest: How long a path may be; nothing longer is noted.
        keys: Path to the position of the key, the first one where a table is opened several times.
        values: Path to the position of the value; that of its header for a table.
        array_lengths: Path to the number of elements, for arrays of tables.
    """

    lines: list[bytes]
    deepest: int
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
        return in_characters(self.lines, *node.start_point)

    def parts(self, key: Node) -> Iterator[tuple[str, Node]]:
        """Return the parts of a key, as many as are noted."""
        return islice(key_parts(key), self.deepest + 1)


def in_characters(lines: list[bytes], row: int, column: int) -> Position:
    """Return tree-sitter's position, which is in bytes and counts from 0, as people count."""
    return row + 1, len(lines[row][:column].decode("utf-8", "replace")) + 1


def parse(text: str) -> tuple[Node, list[bytes]]:
    """Return the syntax tree of a text, and its lines as UTF-8."""
    content = text.encode("utf-8")
    return Parser(Language(tree_sitter_toml.language())).parse(content).root_node, content.split(b"\n")


def find_marks(text: str, *, deepest: int) -> Marks:
    """Return the positions of every key and value of a text that tomllib has accepted."""
    root, lines = parse(text)
    marks = Marks(lines, deepest)
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
    parts = list(marks.parts(header))
    for number, (name, part) in enumerate(parts):
        path = (*path, name)
        marks.keys.setdefault(path, marks.of(part))
        marks.values.setdefault(path, marks.of(node))
        if number == len(parts) - 1:
            if node.type == "table_array_element":
                marks.array_lengths[path] = marks.array_lengths.get(path, 0) + 1
            else:
                # Its own header, even where one of a table inside it came first.
                marks.keys[path] = marks.of(part)
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
    for name, part in marks.parts(key):
        path = (*path, name)
        marks.keys.setdefault(path, marks.of(part))
        marks.values.setdefault(path, marks.of(part))
    if values:
        mark_value(values[0], path, marks)


def mark_value(node: Node, path: tuple[str | int, ...], marks: Marks) -> None:
    """Note a value and, in arrays and inline tables, what is inside it."""
    marks.values[path] = marks.of(node)
    if len(path) > marks.deepest:
        return
    inside = [child for child in node.named_children if child.type != "comment"]
    if node.type == "array":
        for index, child in enumerate(inside):
            mark_value(child, (*path, index), marks)
    elif node.type == "inline_table":
        for child in inside:
            mark_pair(child, path, marks)


def key_parts(node: Node) -> Iterator[tuple[str, Node]]:
    """Yield the parts of a dotted key with their nodes."""
    # tree-sitter nests a.b.c as (a.b).c: the first part lies deepest, and the last ones are met first.
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if node.type == "dotted_key":
            waiting.extend(reversed(node.named_children))
        elif node.type in KEYS and node.text is not None:
            text = node.text.decode("utf-8")
            yield next(iter(tomllib.loads(f"{text} = 0"))), node

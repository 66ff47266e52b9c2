"""The positions of keys and values are where they were written, in characters, however TOML lets one write them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightkit.toml.document import Document, parse_document

SCALARS = [
    "0",
    "-17",
    "0xBEEF",
    "1_000",
    "6.5e-3",
    "nan",
    "-inf",
    "true",
    "1979-05-27T07:32:00Z",
    "1979-05-27 07:32:00",
    "07:32:00",
    '""',
    '"é日😀 # no comment"',
    '"a \\"quoted\\" \\u00e9 [b] = {c}"',
    "'C:\\no\\escape'",
    '"""\nfirst\n  [second]\nthird = "3" \\\n  fourth"""',
    "'''it's\n{many} '' = lines'''",
]
SPACES = st.sampled_from(["", " ", "\t", "   "])
BREAKS = st.sampled_from(["", " ", "\n", "\n  ", " # é, ] }\n", "\n\n\t# comment\n "])
NAMES = st.one_of(
    st.from_regex(r"[A-Za-z0-9_-]{1,4}", fullmatch=True),
    st.text(st.characters(blacklist_categories=["Cs"]), max_size=4),
)


@dataclass
class Writer:
    """A text in the making, with where its keys and values were put."""

    text: str = ""
    keys: dict[tuple[str | int, ...], tuple[int, int]] = field(default_factory=dict)
    values: dict[tuple[str | int, ...], tuple[int, int]] = field(default_factory=dict)

    def here(self) -> tuple[int, int]:
        return self.text.count("\n") + 1, len(self.text) - self.text.rfind("\n")

    def key(self, draw, name: str) -> None:
        forms = [json.dumps(name, ensure_ascii=False).replace("\x7f", "\\u007f")]
        if name and all(letter.isascii() and (letter.isalnum() or letter in "_-") for letter in name):
            forms.append(name)
        if "'" not in name and all(letter == "\t" or letter.isprintable() for letter in name):
            forms.append(f"'{name}'")
        self.text += draw(st.sampled_from(forms))

    def value(self, draw, path: tuple[str | int, ...], depth: int = 0) -> None:
        self.values[path] = self.here()
        kind = draw(st.sampled_from(["scalar", "scalar", "array", "table"])) if depth < 3 else "scalar"
        if kind == "scalar":
            self.text += draw(st.sampled_from(SCALARS))
        elif kind == "array":
            self.text += "["
            for index in range(draw(st.integers(0, 3))):
                self.text += ("," if index else "") + draw(BREAKS)
                self.value(draw, (*path, index), depth + 1)
                self.text += draw(BREAKS)
            self.text += "]"
        else:
            self.text += "{"
            names = draw(st.lists(NAMES, max_size=3, unique=True))
            for number, name in enumerate(names):
                self.text += "," if number else ""
                self.pair(draw, path, name, depth + 1)
            self.text += "}"

    def pair(self, draw, table: tuple[str | int, ...], name: str, depth: int = 0) -> None:
        """Write ``name = value``, or ``name.inner.… = value``."""
        self.text += draw(SPACES)
        path = table
        for number, part in enumerate([name, *draw(st.lists(NAMES, max_size=2))]):
            self.text += draw(SPACES) + "." + draw(SPACES) if number else ""
            path = (*path, part)
            self.keys[path] = self.values[path] = self.here()
            self.key(draw, part)
        self.text += draw(SPACES) + "=" + draw(SPACES)
        self.value(draw, path, depth)
        self.text += draw(SPACES)

    def pairs(self, draw, table: tuple[str | int, ...]) -> None:
        for name in draw(st.lists(NAMES, max_size=3, unique=True)):
            self.pair(draw, table, name)
            self.text += draw(st.sampled_from(["\n", " # é = 1\n", "\n\n"]))

    def header(self, draw, brackets: str, names: tuple[str, ...], path: tuple[str | int, ...]) -> None:
        self.text += draw(SPACES)
        self.values[path] = self.here()
        start, end = brackets.split()
        self.text += start + draw(SPACES)
        for number, name in enumerate(names):
            self.text += draw(SPACES) + "." + draw(SPACES) if number else ""
            at = names[: number + 1]
            self.keys.setdefault(at, self.here())
            self.values.setdefault(at, self.values[path])
            self.key(draw, name)
        self.text += draw(SPACES) + end + "\n"

    def header_inside(self, draw, name: str, index: int, inside: str) -> None:
        """Write ``[name.inside]``, a table in the last element of the array ``name``."""
        path = (name, index, inside)
        self.values[path] = self.here()
        self.text += "["
        self.key(draw, name)
        self.text += "."
        self.keys[path] = self.here()
        self.key(draw, inside)
        self.text += "]\n"
        self.pairs(draw, path)


@st.composite
def documents(draw) -> Writer:
    """Return a text with root keys, tables and arrays of tables; their names differ, so that nothing is twice."""
    writer = Writer()
    writer.pairs(draw, ())
    root = {path[0] for path in writer.keys}
    names = [name for name in draw(st.lists(NAMES, max_size=4, unique=True)) if name not in root]
    for name in names:
        kind = draw(st.sampled_from(["table", "deep table", "array", "array with a table inside"]))
        if kind == "table":
            writer.header(draw, "[ ]", (name,), (name,))
            writer.pairs(draw, (name,))
        elif kind == "deep table":
            inner = (name, draw(NAMES))
            writer.header(draw, "[ ]", inner, inner)
            writer.pairs(draw, inner)
        else:
            for index in range(draw(st.integers(1, 3))):
                writer.header(draw, "[[ ]]", (name,), (name, index))
                writer.pairs(draw, (name, index))
                if kind != "array" and (inside := draw(NAMES)) not in {
                    path[2] for path in writer.keys if path[:2] == (name, index) and len(path) > 2
                }:
                    writer.header_inside(draw, name, index, inside)
    return writer


def parse(text: str, encoding: str = "utf-8") -> Document:
    return parse_document(text.encode(encoding), path=Path("x.toml"), label="x.toml")


def value_at(data, path):
    for key in path:
        data = data[key]
    return data


@settings(max_examples=100, deadline=None)
@given(documents())
def test_every_key_and_value_is_where_it_was_written(written: Writer):
    document = parse(written.text)
    for path, position in written.values.items():
        value_at(document.data, path)
        assert document.marks.position(path, at_key=False) == position, path
    for path, position in written.keys.items():
        assert document.marks.position(path, at_key=True) == position, path


@settings(max_examples=30, deadline=None)
@given(documents())
def test_neither_windows_ends_of_line_nor_a_byte_order_mark_move_anything(written: Writer):
    plain = parse(written.text)
    other = parse(written.text.replace("\n", "\r\n"), "utf-8-sig")
    assert other.data == plain.data or "nan" in written.text
    assert (other.marks.keys, other.marks.values) == (plain.marks.keys, plain.marks.values)


def test_what_is_missing_is_placed_at_the_table_around_it():
    document = parse("# first\n[a]\nb = { c = [ 1, { d = 2 } ] }\n")
    assert document.marks.position(("a", "b", "c", 1, "e", "f"), at_key=False) == (3, 16)
    assert document.marks.position(("a", "b", "c", 7), at_key=False) == (3, 11)
    assert document.marks.position(("a", "z"), at_key=True) == (2, 1)
    assert document.marks.position(("z",), at_key=True) == (1, 1)


def test_a_table_opened_several_times_is_where_it_is_opened_first_unless_it_has_a_header_of_its_own():
    marks = parse("[a.b]\n[c.d]\n[a.e]\n[a]\n[c.f]\n[[g]]\n[[g]]\n").marks
    assert marks.position(("a",), at_key=True) == (4, 2)
    assert marks.position(("a",), at_key=False) == (4, 1)
    assert marks.position(("c",), at_key=True) == (2, 2)
    assert marks.position(("g",), at_key=True) == (6, 3)
    assert marks.position(("g", 1), at_key=False) == (7, 1)


@pytest.mark.parametrize("text", ["", "\n", "# é", "a = 1", "[a]", "[[a]]", "a = []", "a = {}", "a.b.c.d = 1"])
def test_the_smallest_texts_have_marks(text: str):
    parse(text).marks  # noqa: B018 - made on first use

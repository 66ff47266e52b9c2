"""Reading a TOML file: its values, or a message that says what is wrong with the file."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightkit.toml.document import DEEPEST, dotted, key_text, parse_document, read_document, unusable
from sightkit.toml.problems import TomlError

PIECES = ["a", "=", "1", '"', "'", '"""', "[", "]", "[[", "]]", "{", "}", ",", ".", "\n", "#", "\\", "\r", "é", "\0"]
PIECES += [
    "true",
    "1979-05-27",
    "9" * 30,
    "a = 1\n",
    "[a]\n",
    "[[a]]\n",
    "b.c = {d = 1}\n",
    " ",
    "\\u12",
    "nan",
    "x" * 9,
]


def parse(content: bytes | str):
    content = content if isinstance(content, bytes) else content.encode()
    return parse_document(content, path=Path("x.toml"), label="x.toml")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_text_is_read_as_tomllib_reads_it_or_refused_at_a_place_in_it(text: str):
    try:
        expected = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        expected = None
    try:
        found = parse(text)
    except TomlError as error:
        (problem, *_) = error.problems
        assert expected is None or list(unusable(expected))
        rows = text.replace("\r\n", "\n").split("\n")
        assert 1 <= problem.line <= len(rows)
        assert 1 <= problem.column <= len(rows[problem.line - 1]) + 1
        assert "\n" not in problem.message
        assert not problem.message[:1].isupper()
    else:
        assert repr(found.data) == repr(expected)
        found.marks  # noqa: B018 - made on first use


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(content: bytes):
    try:
        parse(content)
    except TomlError as error:
        placed = all(problem.line and problem.column for problem in error.problems)
    else:
        placed = True
    assert placed


def test_nesting_is_read_up_to_its_limit():
    assert parse(f"a = {'[' * (DEEPEST - 1)}{']' * (DEEPEST - 1)}").data["a"]
    with pytest.raises(TomlError, match=r"^x\.toml:1:104: nested too deeply"):
        parse(f"a = {'[' * DEEPEST}{']' * DEEPEST}")


def test_whole_numbers_are_read_up_to_64_bits():
    assert parse("a = 9223372036854775807\nb = -9223372036854775808").data == {"a": 2**63 - 1, "b": -(2**63)}
    with pytest.raises(TomlError) as caught:
        parse("a = 9223372036854775808\nb = [-9223372036854775809]")
    assert [(each.line, each.column, each.path) for each in caught.value.problems] == [(1, 5, "a"), (2, 6, "b.0")]


def test_a_file_is_read_with_the_label_that_messages_use(tmp_path: Path):
    path = tmp_path / "x.toml"
    path.write_bytes("\ufeffa = 1\r\n".encode())
    document = read_document(path, label="mine")
    assert (document.label, document.path, document.text, document.data) == ("mine", path, "a = 1\n", {"a": 1})
    assert str(document.problem(("a",), "wrong")) == "mine:1:5: wrong"
    assert read_document(path).label == str(path)


@pytest.mark.parametrize(
    ("name", "message"), [("none.toml", "no such file"), (".", "this is a folder; expected a TOML file")]
)
def test_what_cannot_be_read_is_named(name, message, tmp_path: Path):
    with pytest.raises(TomlError) as caught:
        read_document(tmp_path / name, label="x.toml")
    assert str(caught.value) == f"x.toml: {message}"
    assert caught.value.exit_code == 2


def test_a_path_is_dotted_as_the_command_line_reads_it():
    assert dotted(("augmentations", 0, "a b", 'say "é"\n', "")) == 'augmentations.0."a b"."say \\"é\\"\\n".""'
    assert key_text("learning_rate") == "learning_rate"

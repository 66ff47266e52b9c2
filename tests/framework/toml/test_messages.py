"""pydantic's errors in words: every remedy that a message offers mends what it is about."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sightkit.toml.branches import known_places
from sightkit.toml.document import parse_document
from sightkit.toml.messages import problems_from
from sightkit.toml.problems import TomlError, did_you_mean, nearest
from sightkit.toml.shown import LONGEST, one_line, shown


class Inner(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    width: int = Field(1, description="Width.")


class Settings(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
    whole: int = Field(1, ge=-(10**6))
    number: float = 1.0
    yes: bool = True
    text: str = ""
    path: Path = Path("x")
    choice: Literal["one", "two", 3, True] = "one"
    several: tuple[Inner, ...] = ()
    pair: tuple[int, int] = (1, 2)
    either: Inner | int | Literal["auto"] = 3
    word: str | tuple[int, ...] = ""


def told(text: str) -> list[str]:
    document = parse_document(text.encode(), path=Path("x.toml"), label="x.toml")
    try:
        Settings.model_validate_json(json.dumps(document.data))
    except ValidationError as error:
        return [str(problem) for problem in problems_from(error, document, Settings)]
    return []


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["whole", "number", "yes", "text", "path", "choice"]),
    st.one_of(
        st.integers(-9, 9).map(str),
        st.floats(-9, 9).map(str),
        st.sampled_from(
            ["true", "false", "1e3", '"True"', '"12"', '"1.5"', '" 7 "', '"NaN"', '"1e999"', '"on"', '"onee"']
        ),
    ),
)
def test_what_a_message_says_to_write_is_right(key, value):
    for message in told(f"{key} = {value}"):
        if found := re.search("; write (.*)$", message):
            assert told(f"{key} = {found[1]}") == []
        if found := re.search("; did you mean (.*)[?]$", message):
            assert told(f"{key} = {found[1]}") == []


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("whole = '3'", ['1:9: whole: expected a whole number, found "3"; write 3']),
        ("whole = '3.5'", ['1:9: whole: expected a whole number, found "3.5"']),
        ("whole = 1.5", ["1:9: whole: expected a whole number, found 1.5"]),
        ("yes = 'True'", ['1:7: yes: expected true or false, found "True"; write true']),
        ("path = 3", ['1:8: path: expected a string, found 3; write "3"']),
        ("choice = 'tow'", ['1:10: choice: expected "one", "two", 3 or true, found "tow"; did you mean "two"?']),
        ("choice = 4", ['1:10: choice: expected "one", "two", 3 or true, found 4']),
        ("pair = []", ["1:8: pair: expected 2 items, found 0"]),
        ("pair = [1]", ["1:8: pair: expected 2 items, found 1"]),
        ("[several]\nwidth = 3", ["1:1: several: expected an array, found {width = 3}; write [[several]]"]),
        ("[[several]]\n[[several]]\nwidht = 3", ['3:1: unknown key "widht" in [[several]]; did you mean "width"?']),
        ("either = 1.5", ['1:10: either: expected a table or a whole number or "auto", found 1.5']),
        ("[either]\nwidth = 'x'", ['2:9: either.width: expected a whole number, found "x"']),
        ("word = 1", ["1:8: word: expected a string or an array, found 1"]),
        ("word = [1, 'x']", ['1:12: word.1: expected a whole number, found "x"']),
    ],
)
def test_messages(text, messages):
    assert told(text) == [f"x.toml:{message}" for message in messages]


def test_messages_are_in_the_order_of_the_file():
    text = "yes = 1\ntext = 1\nnumber = 'a'\nwhole = 'b'\n[unknown]\n"
    assert [message.split(":")[1] for message in told(text)] == ["1", "2", "3", "4", "5"]


def test_keys_that_are_called_as_pydantic_calls_branches_are_still_keys():
    class Odd(BaseModel):
        model_config = ConfigDict(strict=True, extra="forbid")
        table: dict[str, int] = Field(alias="int")
        path: Path

    data = {"int": {"int": "x", "A-b": "y"}}
    with pytest.raises(ValidationError) as caught:
        Odd.model_validate_json(json.dumps(data))
    places = [path for path, _ in known_places(caught.value.errors(), data)]
    assert places == [("int", "int"), ("int", "A-b"), ("path",)]


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.one_of(
            st.booleans(),
            st.integers(),
            st.floats(),
            st.text(),
            st.dates(),
            st.times().map(lambda time: time.replace(fold=0)),
        ),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    )
)
def test_a_value_is_shown_as_toml_on_one_line(value):
    text = shown(value)
    assert len(text) <= LONGEST
    assert "\n" not in text
    if not text.endswith("..."):
        read = tomllib.loads(f"a = {text}".replace("\x7f", "\\u007f"))["a"]
        assert repr(read) == repr(value)


def test_a_value_of_millions_of_characters_is_shown_at_once():
    huge = {"a": ["é" * 10_000_000] * 1000}
    assert shown(huge) == '{a = ["' + "é" * 50 + "..."


def test_control_characters_become_escapes():
    assert one_line("a\nb\x1b[31m\u2028é日\udcff") == "a\\nb\\x1b[31m\\u2028é日\\xff"


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("learning_rat", "learning_rate"),
        ("Learning-Rate", "learning_rate"),
        ("use", None),
        ("", None),
        ("x" * 10**6, None),
    ],
)
def test_the_nearest_name_is_one_that_could_have_been_meant(word, found):
    assert nearest(word, ["learning_rate", "momentum"]) == found


def test_without_a_near_name_all_are_named():
    assert did_you_mean("x", ["b", "a"], otherwise="known") == "known: a, b"
    assert did_you_mean("x", [], otherwise="known") == "known: none"


def test_an_error_has_all_its_problems_and_their_code():
    document = parse_document(b"a = 1\nb = 2\n", path=Path("x.toml"), label="x.toml")
    error = TomlError([document.problem(("a",), "wrong"), document.problem(("b",), "wrong too", at_key=True)])
    assert str(error) == "x.toml:1:5: wrong\nx.toml:2:1: wrong too"
    assert error.exit_code == 2

"""Overrides: how their words are read, and how they are applied as one layer."""

from __future__ import annotations

import json
import math
import random
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightkit.config.layer import apply_overrides
from sightkit.config.overrides import as_toml_value, parse_key, parse_overrides, python_overrides
from sightkit.config.tree import Origin, Tree

DEFAULTS = {("optimizer",): "adam"}
NAMES = st.one_of(
    st.from_regex(r"[A-Za-z_-][A-Za-z0-9_-]{0,5}", fullmatch=True),
    st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=5).filter(lambda name: not name.isdecimal()),
)


def overridden(data: dict[str, Any], *words: str, unset: tuple[str, ...] = ()) -> dict[str, Any]:
    problems: list[Any] = []
    tree = Tree.of(data, Origin("x.toml", Path("/x")))
    result = apply_overrides(tree, parse_overrides(words, unset, problems), defaults=DEFAULTS, problems=problems)
    assert not problems
    assert tree.data == data
    return result.data


def quoted(name: str) -> str:
    return json.dumps(name, ensure_ascii=False).replace("\x7f", "\\u007f")


@settings(max_examples=100, deadline=None)
@given(st.lists(NAMES | st.integers(0, 10**9), min_size=1, max_size=5), st.data())
def test_a_dotted_key_is_read_as_it_was_written(path, data):
    def form(part: str | int) -> str:
        bare = str(part)
        plain = bare and all(letter.isascii() and (letter.isalnum() or letter in "_-") for letter in bare)
        return data.draw(st.sampled_from([bare, quoted(bare)])) if plain else quoted(bare)

    written = data.draw(st.sampled_from([".", " . ", ". "])).join(form(part) for part in path)
    assert parse_key(written) == tuple(path)
    problems: list[Any] = []
    (override,) = parse_overrides([f"{written} = [1, '=']"], [], problems)
    assert (override.path, override.value, problems) == (tuple(path), [1, "="], [])


@pytest.mark.parametrize(
    "text",
    ["", " ", ".", "a.", ".a", "a..b", "a b", "a=1", "a = 1 #", "[a]", "a#", "a\n", "é", "a.'b", '"\ud800"', "{}"],
)
def test_what_is_no_key_is_none(text):
    assert parse_key(text) is None


def test_a_key_of_hundreds_of_parts_is_none():
    assert parse_key(".".join("a" * 101)) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("3e-4", 3e-4),
        (" true ", True),
        ("inf", math.inf),
        ("[1, 2]", [1, 2]),
        ('"3"', "3"),
        ("'é'", "é"),
        ("{a = 1, b.c = 2}", {"a": 1, "b": {"c": 2}}),
        ("2024-05-27", date(2024, 5, 27)),
        ("resnet", "resnet"),
        ("True", "True"),
        ("data/flowers 2", "data/flowers 2"),
        ("C:\\data", "C:\\data"),
        ("", ""),
        ("1\nb = 2", "1\nb = 2"),
        ("[1, 2", "[1, 2"),
        ("a # b", "a # b"),
        ("9" * 5000, "9" * 5000),
        ("[" * 5000, "[" * 5000),
    ],
)
def test_a_value_is_toml_or_else_a_bare_string(text, value):
    (override,) = parse_overrides([f"a={text}"], [], [])
    assert override.value == value
    assert type(override.value) is type(value)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(blacklist_categories=["Cs"]), max_size=12))
def test_any_value_is_taken(text):
    problems: list[Any] = []
    (override,) = parse_overrides([f"a={text}"], [], problems)
    assert not problems
    assert "\n" not in override.label
    try:
        expected: Any = tomllib.loads(f"a = {text}")
    except tomllib.TOMLDecodeError:
        expected = {}
    assert repr(override.value) == repr(expected["a"] if expected.keys() == {"a"} else text.strip(" \t"))


def test_a_table_merges_and_an_array_replaces():
    data = {"optimizer": {"use": "sgd", "momentum": 1}, "metrics": [{"use": "f1"}, {"use": "recall"}]}
    assert overridden(data, "optimizer={learning_rate=2}")["optimizer"] == {
        "use": "sgd",
        "momentum": 1,
        "learning_rate": 2,
    }
    assert overridden(data, "metrics=[{use='precision'}]")["metrics"] == [{"use": "precision"}]
    assert overridden(data, "optimizer={}") == data
    assert overridden(data, "metrics={}")["metrics"] == {}
    assert overridden(data, "optimizer={use='rms', rho=1}")["optimizer"] == {"use": "rms", "rho": 1}


def test_an_entry_of_an_array_is_changed_alone():
    data = {"augmentations": [{"use": "flip", "probability": 1}, {"use": "crop", "min_fraction": 0.5}]}
    assert overridden(data, "augmentations.0.probability=0.2")["augmentations"] == [
        {"use": "flip", "probability": 0.2},
        {"use": "crop", "min_fraction": 0.5},
    ]
    assert overridden(data, "augmentations.1.use=shift", "augmentations.1.width=1")["augmentations"][1] == {
        "use": "shift",
        "width": 1,
    }
    assert overridden({"size": [160, 160]}, "size.1=32") == {"size": [160, 32]}


def test_use_applies_first_wherever_it_is_written():
    data = {"optimizer": {"use": "sgd", "momentum": 1}}
    expected = {"optimizer": {"use": "rms", "rho": 1}}
    assert overridden(data, "optimizer.rho=1", "optimizer.use=rms") == expected
    assert overridden(data, "optimizer.use=rms", "optimizer.rho=1") == expected
    assert overridden(data, "optimizer.rho=1", "optimizer={use='rms'}") == expected
    # The default component has no `use` in the file, and its keys go all the same.
    assert overridden({"optimizer": {"beta_1": 1}}, "optimizer.use=sgd") == {"optimizer": {"use": "sgd"}}
    assert overridden({"optimizer": {"beta_1": 1}}, "optimizer.use=adam")["optimizer"]["beta_1"] == 1
    assert overridden({"dataset": {"path": "x"}}, "dataset.use=idx") == {"dataset": {"path": "x", "use": "idx"}}


def test_the_outer_use_applies_before_the_inner_one():
    data = {"a": [{"use": "flip", "x": 1}]}
    expected = {"a": [{"use": "pick", "first": {"use": "leaf", "odd": 3}}]}
    words = ["a.0.first.odd=3", "a.0.first.use=leaf", "a.0.use=pick"]
    for order in (words, words[::-1]):
        assert overridden(data, *order) == expected


def test_what_is_taken_out_goes_first_and_by_the_indices_of_the_file():
    data = {"a": [0, 1, 2, 3], "optimizer": {"use": "sgd", "momentum": 1}}
    assert overridden(data, unset=("a.0", "a.2"))["a"] == [1, 3]
    assert overridden(data, unset=("a.2", "a.0"))["a"] == [1, 3]
    assert overridden(data, "optimizer.x=1", unset=("optimizer",))["optimizer"] == {"x": 1}
    assert "optimizer" not in overridden(data, unset=("optimizer", "optimizer.use"))


def test_the_last_of_two_overrides_of_one_key_wins():
    assert overridden({"seed": 1}, "seed=2", "seed=3") == {"seed": 3}


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_overrides_makes_no_difference(shuffled: random.Random):
    data = {"optimizer": {"use": "sgd", "momentum": 1}, "a": [{"use": "flip", "x": 1}, {"use": "crop"}]}
    words = [
        "optimizer.use=rms",
        "optimizer.rho=1",
        "training={epochs=3}",
        "training.batch_size=2",
        "a.1.use=pick",
        "a.1.first.use=leaf",
        "a.1.first.odd=3",
        "b=[{use='f1'}]",
        "b.0.name=mine",
    ]
    expected = overridden(data, *words, unset=("a.0.x",))
    shuffled.shuffle(words)
    assert overridden(data, *words, unset=("a.0.x",)) == expected
    assert expected["b"] == [{"use": "f1", "name": "mine"}]


def test_a_number_names_a_key_where_there_is_a_table():
    assert overridden({"weights": {"0": 1.0}}, "weights.0=2", "weights.7=3") == {"weights": {"0": 2, "7": 3}}
    assert overridden({}, "weights={'0'=1}", "weights.1=2") == {"weights": {"0": 1, "1": 2}}


def test_an_override_says_of_what_it_set_that_it_was_it(monkeypatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    overrides = parse_overrides(["a.b=1"], ["c"], [])
    tree = Tree.of({"a": {"x": 1}, "c": 1}, Origin("x.toml", Path("/x")))
    result = apply_overrides(tree, overrides, defaults={}, problems=[])
    assert (result.origin(("a", "b")).label, result.origin(("a", "b")).folder) == ("-s a.b=1", tmp_path)
    assert result.origin(("a", "x")).label == result.origin(("c",)).label == "x.toml"


def test_values_of_python_become_those_of_toml():
    values = {"a": (1, (2.5, None)), "b": Path("x/y"), "c": {"d": np.float32(0.5)}, 3: np.int64(7), "e": True}
    found = as_toml_value(values)
    assert found == {"a": [1, [2.5, None]], "b": str(Path("x/y")), "c": {"d": 0.5}, "3": 7, "e": True}
    assert type(found["3"]) is int
    assert type(found["c"]["d"]) is float
    assert as_toml_value({"a": np.array([[1, 2]]), "b": np.True_}) == {"a": [[1, 2]], "b": True}
    problems: list[Any] = []
    (override,) = python_overrides({"a.0.b": Path("x"), "a b": 1}, problems)
    assert (override.path, override.value) == (("a", 0, "b"), "x")
    assert str(problems[0]) == "override('a b'): expected a dotted key, such as optimizer.learning_rate"

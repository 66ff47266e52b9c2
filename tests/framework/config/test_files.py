"""Files that extend others: in which order they count, where relative paths start, what is read how often."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightkit.config.files import read_tree
from sightkit.config.tree import Tree


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)

    def write(**files: str) -> None:
        for name, text in files.items():
            path = tmp_path / f"{name.replace('__', '/')}.toml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    return write


def read(path: str, problems: list[Any] | None = None) -> Tree:
    found: list[Any] = []
    tree = read_tree(Path(path), defaults={("optimizer",): "adam"}, problems=found if problems is None else problems)
    assert not found
    return tree


def test_a_file_counts_over_what_it_extends_and_later_ones_over_earlier_ones(write):
    write(
        x='extends = ["one.toml", "two.toml"]\na = "x"\n',
        one='extends = ["zero.toml"]\na = 1\nb = 1\nc = 1\n',
        two="a = 2\nb = 2\n",
        zero="a = 0\nb = 0\nc = 0\nd = 0\n",
    )
    tree = read("x.toml")
    assert tree.data == {"a": "x", "b": 2, "c": 1, "d": 0}
    labels = {key: tree.problem((key,), "") for key in "abcd"}
    assert {key: (each.file, each.line) for key, each in labels.items()} == {
        "a": ("x.toml", 2),
        "b": ("two.toml", 2),
        "c": ("one.toml", 4),
        "d": ("zero.toml", 4),
    }


def test_extends_is_relative_to_the_file_that_says_it_and_so_are_its_values(write, tmp_path: Path):
    write(
        a__b__x='extends = ["../y.toml"]\nmine = "p"\n',
        a__y='extends = ["c/z.toml"]\n',
        a__c__z='theirs = "q"\n',
    )
    tree = read("a/b/x.toml")
    assert tree.origin(("mine",)).folder == tmp_path / "a/b"
    assert tree.origin(("theirs",)).folder == tmp_path / "a/c"
    assert tree.origin(("theirs",)).label == str(Path("a/c/z.toml"))


def test_a_home_folder_and_an_absolute_path_are_found(write, home: Path, tmp_path: Path):
    (home / "base.toml").write_text("a = 1\n")
    write(x=f'extends = ["~/base.toml", "{(tmp_path / "y.toml").as_posix()}"]\n', y="b = 2\n")
    assert read("x.toml").data == {"a": 1, "b": 2}


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_a_linked_file_is_at_home_where_it_really_is(write, tmp_path: Path):
    write(real__x='extends = ["y.toml"]\na = "p"\n', real__y="b = 1\n")
    (tmp_path / "x.toml").symlink_to("real/x.toml")
    tree = read("x.toml")
    assert tree.data == {"a": "p", "b": 1}
    assert tree.origin(("a",)).folder == tmp_path / "real"


def test_a_file_that_two_others_extend_is_no_circle(write):
    write(
        x='extends = ["b.toml", "c.toml"]\n', b='extends = ["d.toml"]\nb = 1\n', c='extends = ["d.toml"]\n', d="d = 1"
    )
    assert read("x.toml").data == {"b": 1, "d": 1}


def test_a_circle_is_told_once_and_the_rest_is_read(write):
    write(x='extends = ["b.toml", "c.toml"]\nx = 1\n', b='extends = ["x.toml"]\nb = 1\n', c="c = 1\n")
    problems: list[Any] = []
    assert read("x.toml", problems).data == {"b": 1, "c": 1, "x": 1}
    assert [str(each) for each in problems] == [
        "b.toml:1:12: extends goes in a circle: x.toml extends b.toml extends x.toml"
    ]


def test_a_changed_use_discards_across_files(write):
    write(
        x='extends = ["b.toml"]\n[optimizer]\nuse = "sgd"\n',
        y='extends = ["b.toml"]\n[optimizer]\nuse = "adam"\n',
        b="[optimizer]\nbeta_1 = 0.5\n",
    )
    assert read("x.toml").data == {"optimizer": {"use": "sgd"}}
    assert read("y.toml").data == {"optimizer": {"use": "adam", "beta_1": 0.5}}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(0, 9)), min_size=1, max_size=5))
def test_a_chain_of_files_means_the_same_as_a_list_of_them(tmp_path_factory: pytest.TempPathFactory, layers):
    folder = tmp_path_factory.mktemp("layers")
    expected: dict[str, int] = {}
    for number, layer in enumerate(layers):
        pairs = "".join(f"{key} = {value}\n" for key, value in layer.items())
        (folder / f"{number}.toml").write_text(pairs)
        (folder / f"chain{number}.toml").write_text(
            (f'extends = ["chain{number - 1}.toml"]\n' if number else "") + pairs
        )
        expected |= layer
    names = ", ".join(f'"{number}.toml"' for number in range(len(layers)))
    (folder / "list.toml").write_text(f"extends = [{names}]\n")
    assert read(str(folder / "list.toml")).data == expected
    assert read(str(folder / f"chain{len(layers) - 1}.toml")).data == expected

"""How layers of values merge, and that each value remembers who set it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sightkit.config.tree import Origin, Tree, merge
from sightkit.toml.document import parse_document

DEFAULTS = {("optimizer",): "adam"}


def tree(data: dict[str, Any], label: str = "x") -> Tree:
    return Tree.of(data, Origin(label, Path("/", label)))


def merged(*layers: dict[str, Any]) -> dict[str, Any]:
    result = Tree()
    for number, layer in enumerate(layers):
        result = merge(result, tree(layer, str(number)), DEFAULTS)
    return result.data


KEYS = st.sampled_from(["a", "b", "c", "optimizer", "learning_rate"])
LEAVES = st.one_of(st.integers(), st.text(max_size=3), st.lists(st.integers() | st.dictionaries(KEYS, st.integers())))
TABLES = st.dictionaries(KEYS, st.recursive(LEAVES, lambda inner: st.dictionaries(KEYS, inner, max_size=3)), max_size=4)


# The same names are tables in every layer, as they are in experiments that are right.
ALIKE = st.recursive(
    st.dictionaries(st.sampled_from(["a", "b"]), LEAVES),
    lambda inner: st.builds(
        lambda leaves, tables: {**leaves, **tables},
        st.dictionaries(st.sampled_from(["a", "b"]), LEAVES),
        st.dictionaries(st.sampled_from(["c", "optimizer"]), inner),
    ),
)


@settings(max_examples=60, deadline=None)
@given(ALIKE, ALIKE, ALIKE)
def test_without_use_it_makes_no_difference_which_layers_merge_first(one, two, three):
    left = merge(merge(tree(one), tree(two), DEFAULTS), tree(three), DEFAULTS)
    right = merge(tree(one), merge(tree(two), tree(three), DEFAULTS), DEFAULTS)
    assert left.data == right.data


@settings(max_examples=60, deadline=None)
@given(TABLES, TABLES)
def test_what_the_upper_layer_says_holds_and_what_it_leaves_open_stays(base, over):
    def agrees(result: Any, base: Any, over: Any) -> None:
        for key, value in over.items():
            if isinstance(value, dict):
                agrees(result[key], base[key] if isinstance(base.get(key), dict) else {}, value)
            else:
                assert result[key] == value
        for key, value in base.items():
            if key not in over:
                assert result[key] == value
        assert result.keys() == base.keys() | over.keys()

    agrees(merged(base, over), base, over)


@settings(max_examples=60, deadline=None)
@given(TABLES)
def test_a_layer_on_top_of_itself_changes_nothing(layer):
    assert merged(layer, layer) == merged(layer) == merged({}, layer) == merged(layer, {}) == layer


@settings(max_examples=50, deadline=None)
@given(TABLES, TABLES)
def test_merging_changes_neither_layer_and_shares_nothing_with_them(base, over):
    below, above = tree(base), tree(over)
    before = repr((below, above))
    result = merge(below, above, DEFAULTS)
    for value in result.data.values():
        if isinstance(value, list):
            value.append("changed")
        elif isinstance(value, dict):
            value["changed"] = True
    assert repr((below, above)) == before


@settings(max_examples=60, deadline=None)
@given(TABLES, TABLES)
def test_every_value_remembers_the_layer_it_came_from(base, over):
    result = merge(tree(base, "base"), tree(over, "over"), DEFAULTS)

    def check(table: dict[str, Any], path: tuple[str, ...]) -> None:
        for key, value in table.items():
            at = (*path, key)
            if isinstance(value, dict):
                check(value, at)
            else:
                expected = "over" if tree(over).get(at) is not None else "base"
                assert result.origin(at).label == expected

    check(result.data, ())


def test_tables_merge_and_arrays_replace():
    base = {"a": {"b": {"c": 1, "d": 2}}, "e": [{"f": 1}, {"f": 2}]}
    over = {"a": {"b": {"c": 3}}, "e": [{"g": 1}]}
    assert merged(base, over) == {"a": {"b": {"c": 3, "d": 2}}, "e": [{"g": 1}]}


def test_a_changed_use_discards_what_belonged_to_the_component_before():
    base = {"optimizer": {"use": "sgd", "momentum": 0.5, "learning_rate": 1}}
    assert merged(base, {"optimizer": {"use": "rms", "rho": 1}}) == {"optimizer": {"use": "rms", "rho": 1}}
    assert merged(base, {"optimizer": {"use": "sgd", "rho": 1}})["optimizer"]["momentum"] == 0.5
    assert merged(base, {"optimizer": {"learning_rate": 2}})["optimizer"] == {
        "use": "sgd",
        "momentum": 0.5,
        "learning_rate": 2,
    }


def test_a_table_without_use_means_the_default_component():
    base = {"optimizer": {"beta_1": 0.5}}
    assert merged(base, {"optimizer": {"use": "sgd"}}) == {"optimizer": {"use": "sgd"}}
    assert merged(base, {"optimizer": {"use": "adam"}}) == {"optimizer": {"use": "adam", "beta_1": 0.5}}
    # And where there is no default, nothing is exchanged: a file may say where the images are, and another how to read.
    assert merged({"dataset": {"path": "x"}}, {"dataset": {"use": "idx"}}) == {"dataset": {"use": "idx", "path": "x"}}


def test_a_changed_use_inside_a_component_discards_as_well():
    base = {"x": {"use": "pick", "first": {"use": "flip", "probability": 1}, "rate": 2}}
    over = {"x": {"first": {"use": "crop"}}}
    assert merged(base, over) == {"x": {"use": "pick", "first": {"use": "crop"}, "rate": 2}}


def test_nothing_of_a_discarded_component_is_remembered():
    result = merge(tree({"optimizer": {"use": "sgd", "momentum": 1}}, "base"), tree({"optimizer": {"use": "rms"}}), {})
    assert not [path for path in result.origins if path[-1:] == ("momentum",)]
    assert result.origin(("optimizer", "momentum")).label == "x"


def test_an_entry_that_is_taken_out_leaves_the_others_where_they_stand_in_the_file():
    text = "[[a]]\nb = 0\n[[a]]\nb = 1\n[[a]]\nb = 2\n[[a]]\nb = 3\n"
    document = parse_document(text.encode(), path=Path("/x/x.toml"), label="x.toml")
    found = Tree.of(document.data, Origin("x.toml", Path("/x"), document))
    override = Origin("--unset", Path("/here"))
    found.take_entry(("a", 0), override)
    found.take_entry(("a", 1), override)
    assert found.data == {"a": [{"b": 1}, {"b": 3}]}
    assert [found.problem(("a", index, "b"), "").line for index in (0, 1)] == [4, 8]
    assert [found.problem(("a", index), "").line for index in (0, 1)] == [3, 7]
    assert found.problem(("a",), "").file == "--unset"
    assert found.origin(("a", 1, "b")).folder == Path("/x")
    found.put(("a", 1, "b"), 7, override)
    found.take_entry(("a", 0), override)
    assert found.problem(("a", 0, "b"), "").file == "--unset"
    assert found.problem(("a", 0, "c"), "").line == 7


def test_what_nobody_has_set_is_placed_at_what_is_around_it():
    found = tree({"a": {"b": 1}})
    assert found.problem(("a", "c"), "wrong").file == "x"
    assert Tree().problem(("a",), "wrong").file == "experiment"
    assert found.get(("a", "b", "c")) is None
    assert found.get(("a", 0)) is None

"""`Use`: a component chosen with its parameters, at the top of an experiment or inside another component."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field, ValidationError

import sightkit
from nested_components import write_nested_plugin
from sightkit import Augmentation, ConfigError, Metric, Optimizer, Params, PluginError, Registry, Use
from sightkit.use import Found, as_table, kind_of, validate_params, validate_use

CATALOGUE = Registry().catalogue


def use(kind: Any, value: Any, catalogue: Any = CATALOGUE) -> Use[Any]:
    return validate_use(kind, value, catalogue)


def errors(kind: Any, value: Any, catalogue: Any = CATALOGUE) -> list[tuple[str, tuple[str | int, ...]]]:
    with pytest.raises(ValidationError) as caught:
        use(kind, value, catalogue)
    return [(line["type"], line["loc"]) for line in caught.value.errors()]


def test_a_use_has_its_component_its_parameters_and_what_was_written():
    found = use(Optimizer, {"use": "sgd/sgd", "momentum": 0.5})
    assert (found.component.name, found.found.identity, found.written) == ("sgd", "sgd/sgd", "sgd/sgd")
    assert (found.params.momentum, found.name, found.label) == (0.5, "sgd", None)
    assert repr(found).startswith("Use('sgd/sgd', SGDParams(")
    assert as_table(found)["use"] == "sgd/sgd"


def test_what_can_have_a_name_has_its_component_s_or_its_own():
    assert use(Metric, {"use": "f1"}).name == "f1"
    named = use(Metric, {"use": "f1", "name": "mine"})
    assert (named.name, named.label, as_table(named)["name"]) == ("mine", "mine", "mine")
    assert errors(Optimizer, {"use": "sgd", "name": "mine"}) == [("extra_forbidden", ("name",))]


def test_two_uses_are_equal_if_they_build_the_same():
    one, other = use(Optimizer, {"use": "sgd"}), use(Optimizer, {"use": "sgd/sgd", "momentum": 0.9})
    assert one == other
    assert len({one, other}) == 1
    assert one != use(Optimizer, {"use": "sgd", "momentum": 0.5})
    assert use(Metric, {"use": "f1"}) != use(Metric, {"use": "f1", "name": "mine"})
    assert one != "sgd"


def test_a_use_is_a_table_that_is_validated_once():
    found = use(Optimizer, {"use": "sgd"})
    assert validate_use(Optimizer, found, None) is found
    with pytest.raises(TypeError, match="with the catalogue"):
        validate_use(Optimizer, {"use": "sgd"}, None)


@pytest.mark.parametrize("value", ["sgd", 3, None, [{"use": "sgd"}], True])
def test_what_is_no_table_is_refused(value):
    class Holder(BaseModel):
        optimizer: Use[Optimizer[Any]]

    with pytest.raises(ValidationError) as caught:
        Holder.model_validate({"optimizer": value}, context=CATALOGUE)
    assert [(line["type"], line["loc"]) for line in caught.value.errors()] == [("component_table", ("optimizer",))]


def test_everything_that_is_wrong_with_a_table_is_told_at_once():
    assert errors(Metric, {"use": "f1", "name": "", "averag": 3, "average": 3}) == [
        ("bad_name", ("name",)),
        ("literal_error", ("average",)),
        ("extra_forbidden", ("averag",)),
    ]
    assert errors(Metric, {"use": "f3", "name": 3}) == [("string_type", ("name",)), ("unknown_component", ("use",))]
    assert errors(Metric, {"name": "."}) == [("missing_use", ("use",)), ("bad_name", ("name",))]
    assert errors(Metric, {"use": 3}) == [("string_type", ("use",))]


@pytest.mark.parametrize("name", ["", "/", "a/", "/sgd", "sgd/", "a/b/c", "sgd ", "SGD", "x" * 10_000, "a\nb", "*"])
def test_odd_names_of_components_are_unknown(name):
    assert errors(Optimizer, {"use": name}) == [("unknown_component", ("use",))]


def test_the_kind_is_read_from_the_annotation():
    assert kind_of(Use[Augmentation]) is kind_of(Use[Augmentation[Any]]) is Augmentation
    for wrong in (Use, Use[int], Use["Augmentation"]):
        with pytest.raises(TypeError, match="does not say which kind"):
            kind_of(wrong)


def test_components_of_other_kinds_are_not_found():
    assert errors(Augmentation, {"use": "sgd"}) == [("unknown_component", ("use",))]


def test_components_inside_components_are_built_from_their_tables_and_defaults(tmp_path: Path):
    catalogue = Registry(extra=[write_nested_plugin(tmp_path)]).catalogue
    found = use(
        Augmentation, {"use": "pick", "others": [{"use": "flip"}, {"use": "pick", "first": {"use": "crop"}}]}, catalogue
    )
    assert found.params.first.component.name == "leaf"
    assert [each.component.name for each in found.params.others] == ["flip", "pick"]
    assert found.params.others[1].params.first.component.name == "crop"
    assert as_table(found)["others"][1]["first"]["use"] == "crop"
    assert errors(Augmentation, {"use": "pick", "first": {"use": "flip", "name": "x"}}, catalogue) == [
        ("extra_forbidden", ("first", "name"))
    ]


def component(params: type[Params]) -> Found[Augmentation[Any]]:
    made = Augmentation(name="made", summary="", params=params, build=lambda params, task: None)
    return Found(made, "plugin", "acme 1.0")


class StrictParams(Params):
    whole: int = Field(1, description="A number.")
    number: float = Field(1.0, description="A number.")
    yes: bool = Field(True, description="A truth.")
    text: str = Field("", description="A text.")
    path: Path = Field(Path("x"), description="A path.")
    pair: tuple[int, float] = Field((1, 1.0), description="Two numbers.")
    several: tuple[Path, ...] = Field((Path("x"),), description="Paths.")
    choice: Literal["a", 1] = Field("a", description="One of two.")
    maybe: int | None = Field(None, description="A number or nothing.")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("whole", 3.0), ("whole", "3"), ("whole", True), ("number", "1"), ("number", True), ("number", float("nan")),
        ("number", float("inf")), ("yes", 1), ("yes", "true"), ("text", 1), ("path", 1), ("pair", [1]),
        ("pair", [1, 2, 3]), ("pair", ["1", 1]), ("pair", "11"), ("several", "x"), ("several", [1]), ("choice", "1"),
        ("choice", "b"), ("maybe", "3"), ("other", 1), ("use", "x"),
    ],
)  # fmt: skip
def test_parameters_are_strict(key, value):
    if key == "use":
        assert validate_params(component(StrictParams), {"use": "made"}, CATALOGUE) == StrictParams()
        return
    with pytest.raises(ValidationError):
        validate_params(component(StrictParams), {"use": "made", key: value}, CATALOGUE)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("whole", 3, 3), ("number", 3, 3.0), ("number", 0.1, 0.1), ("yes", False, False), ("text", "é", "é"),
        ("path", "a/b", Path("a/b")), ("pair", [2, 3], (2, 3.0)), ("several", ["a", "b"], (Path("a"), Path("b"))),
        ("choice", 1, 1), ("maybe", 3, 3),
    ],
)  # fmt: skip
def test_what_fits_is_taken(key, value, expected):
    found = getattr(validate_params(component(StrictParams), {key: value}, CATALOGUE), key)
    assert (found, type(found)) == (expected, type(expected))


def test_a_path_may_be_a_default():
    found = validate_params(component(StrictParams), {}, CATALOGUE)
    assert (found.path, found.several) == (Path("x"), (Path("x"),))


def test_a_wrong_default_is_found_when_the_component_is_used():
    class WrongParams(Params):
        count: int = Field(0, ge=1, description="At least one.")

    with pytest.raises(ValidationError, match="count"):
        validate_params(component(WrongParams), {}, CATALOGUE)


def test_parameters_that_cannot_be_validated_are_their_plugin_s_fault():
    class UnknownParams(Params):
        what: "Nowhere" = Field(description="Of no known type.")  # noqa: F821

    with pytest.raises(PluginError, match=r"^plugin plugin \(acme 1\.0\): augmentation made: .*not fully defined"):
        validate_params(component(UnknownParams), {"what": 1}, CATALOGUE)


def test_a_component_of_a_plugin_that_failed_names_the_plugin(tmp_path: Path):
    (tmp_path / "acme.py").write_text("raise ZeroDivisionError('boom')")
    (tmp_path / "mine.toml").write_text('api = 1\n[plugins.acme]\npath = "acme.py"\n')
    values = {"dataset": {"use": "digits"}, "optimizer": {"use": "acme"}, "seed": "x"}
    with pytest.raises(ConfigError) as caught:
        _ = sightkit.load(values, registry=Registry(extra=[tmp_path / "mine.toml"])).settings
    assert caught.value.exit_code == 7
    message, other = sorted(str(caught.value).splitlines())
    assert other.startswith("experiment: seed: ")
    assert all(word in message for word in ('optimizer.use = "acme"', "boom", str(tmp_path / "acme.py")))

"""Components and their parameters: what a plugin may not get wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from packaging.requirements import InvalidRequirement, Requirement
from pydantic import Field, ValidationError

import sightkit
from sightkit import Augmentation, Metric, Params, Recipe
from sightkit.component import KINDS, Component, collecting_hook, holds_path


class EmptyParams(Params):
    """No parameters."""


def make(**changes: Any) -> Component[Any]:
    fields: dict[str, Any] = {"name": "made", "summary": "", "params": EmptyParams, "build": lambda params, task: None}
    return Metric(**{**fields, **changes})


@pytest.mark.parametrize("name", ["a", "basic-cnn", "resnet-50", "2d"])
def test_names_in_kebab_case_are_taken(name):
    assert make(name=name).name == Recipe(name=name, path=Path("x.toml")).name == name


@pytest.mark.parametrize("name", ["", "Basic", "basic_cnn", "basic cnn", "-a", "a-", "a--b", "a/b", "a.b", "é", "a\n"])
def test_other_names_are_refused(name):
    with pytest.raises(ValueError, match=r'expected kebab-case, such as "basic-cnn"'):
        make(name=name)
    with pytest.raises(ValueError, match="expected kebab-case"):
        Recipe(name=name, path=Path("x.toml"))


@pytest.mark.parametrize("params", [EmptyParams(), dict, None, "EmptyParams"])
def test_params_must_be_a_model_of_parameters(params):
    with pytest.raises(TypeError, match=r"expected a subclass of sightkit\.Params"):
        make(params=params)


def test_build_must_be_callable_and_requires_a_tuple_of_requirements():
    with pytest.raises(TypeError, match="expected a function of params and task"):
        make(build=None)
    with pytest.raises(TypeError, match="expected a tuple"):
        make(requires="scipy>=1")
    with pytest.raises(ValueError, match="scipy"):
        make(requires=("scipy >>> 1",))
    assert make(requires=("scipy>=1",)).requires == ("scipy>=1",)


@given(st.text("a1B-_. ,<=>!~[];\"'*", max_size=12) | st.from_regex(r"a(-b)?([<>=!~]{1,2}1(\.[0-9*]+)?,?){0,2}"))
@example("a~=1")
@example("a_b==1.*")
@example("a>=1,<2")
def test_a_requirement_is_what_packaging_takes_for_one(text):
    try:
        Requirement(text)
    except InvalidRequirement:
        with pytest.raises(ValueError):  # noqa: PT011 - it is packaging's, which says why
            make(requires=(text,))
    else:
        assert make(requires=(text,)).requires == (text,)


def test_a_component_never_changes():
    for kind in KINDS.values():
        made = kind(name="made", summary="", params=EmptyParams, build=print)
        with pytest.raises(AttributeError):
            made.name = "other"


def test_components_are_equal_if_they_are_of_one_kind_and_all_their_fields_are():
    fields = {"name": "made", "summary": "", "params": EmptyParams, "build": print}
    assert Metric(**fields) == Metric(**fields)
    assert hash(Metric(**fields)) == hash(Metric(**fields))
    assert Metric(**fields) != Metric(**{**fields, "summary": "Another."})
    assert Metric(**fields) != Augmentation(**fields)
    assert repr(Metric(**fields)).startswith("Metric(name='made'")


def test_every_kind_has_a_word_and_a_hook():
    assert list(KINDS) == [kind.kind for kind in KINDS.values()]
    assert collecting_hook(Metric) == "sightkit_metrics"
    assert KINDS["augmentation"] is Augmentation
    assert all(getattr(sightkit, kind.__name__) is kind for kind in KINDS.values())


@pytest.mark.parametrize("name", ["use", "name"])
def test_reserved_keys_are_refused_when_the_model_is_written(name):
    with pytest.raises(TypeError, match=f"WrongParams has a field '{name}', which is reserved; call it something else"):
        type("WrongParams", (Params,), {"__annotations__": {name: str}})


def test_reserved_keys_are_refused_as_other_names_of_fields_too():
    with pytest.raises(TypeError, match="has a field 'use', which is reserved"):

        class WrongParams(Params):
            what: str = Field(alias="use", description="Called as what chooses the component.")


def test_parameters_never_change_and_know_no_others():
    class SomeParams(Params):
        count: int = Field(1, ge=1, description="How many.")

    assert SomeParams(count=2).count == 2
    with pytest.raises(ValidationError):
        SomeParams(count=2).count = 3
    with pytest.raises(ValidationError):
        SomeParams(counts=2)
    with pytest.raises(ValidationError):
        SomeParams(count="2")
    with pytest.raises(ValidationError):
        SomeParams(count=0)


def test_a_default_is_validated_unless_it_is_a_path():
    class WrongParams(Params):
        count: int = Field(0, ge=1, description="At least one.")

    with pytest.raises(ValidationError):
        WrongParams()
    assert holds_path({"a": (1, [Path("x")])})
    assert not holds_path({"a": (1, ["x"])})

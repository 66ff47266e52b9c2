"""``sightkit components`` and ``sightkit component`` as a person uses them."""

from __future__ import annotations

import json
import re

import pytest

from command import Command
from plugin_source import metric_plugin, plugin_source


def test_components_are_listed_by_kind_with_where_they_come_from(sightkit: Command, install) -> None:
    install("acme", {"vision": metric_plugin("iou")}, version="2.1")
    listed = sightkit("components")
    assert listed.code == 0
    assert re.search(r"^architecture +basic-cnn +sightkit \S+ +\S", listed.out, re.MULTILINE)
    assert re.search(r"^metric +iou +acme 2\.1 +Says nothing\.$", listed.out, re.MULTILINE)


@pytest.mark.parametrize("word", ["metric", "metrics"])
def test_a_kind_can_be_asked_for_in_the_singular_and_the_plural(word, sightkit: Command) -> None:
    listed = sightkit("components", word, "--json")
    assert {each["kind"] for each in json.loads(listed.out)} == {"metric"}


def test_an_unknown_kind_suggests_the_nearest(sightkit: Command) -> None:
    done = sightkit("components", "metrik")
    assert done.code == 2
    assert 'metrik: no such kind of component; did you mean "metric"?' in done.err


def test_a_name_that_two_plugins_share_is_listed_as_it_has_to_be_written(sightkit: Command, install) -> None:
    install("acme", {"vision": metric_plugin("iou")})
    install("zenith", {"sight": metric_plugin("iou")})
    listed = sightkit("components", "metrics")
    assert re.search(r"^metric +sight/iou +zenith 1\.0", listed.out, re.MULTILINE)
    assert re.search(r"^metric +vision/iou +acme 1\.0", listed.out, re.MULTILINE)
    shared = sightkit("component", "metric", "iou")
    assert shared.code == 7
    assert 'write use = "sight/iou"' in shared.err
    shown = sightkit("component", "metric", "sight/iou")
    assert shown.out.rstrip().endswith('use = "sight/iou"')


def test_a_component_is_shown_with_its_parameters_their_bounds_and_defaults(sightkit: Command) -> None:
    shown = sightkit("component", "optimizer", "adam")
    assert shown.code == 0
    assert shown.out.startswith("optimizer adam: ")
    assert re.search(r"^plugin adam, from sightkit \S+$", shown.out, re.MULTILINE)
    assert re.search(r"^learning_rate +number > 0 +0\.001 +The learning rate", shown.out, re.MULTILINE)
    assert shown.out.rstrip().endswith('[optimizer]\nuse = "adam"')


def test_a_script_gets_the_json_schema_of_the_parameters(sightkit: Command) -> None:
    shown = json.loads(sightkit("component", "augmentation", "flip", "--json").out)
    assert shown["origin"].startswith("sightkit ")
    probability = shown["parameters"]["properties"]["probability"]
    assert (probability["minimum"], probability["maximum"], probability["default"]) == (0, 1, 0.5)


def test_a_component_without_parameters_says_so(sightkit: Command) -> None:
    shown = sightkit("component", "metric", "accuracy")
    assert "It has no parameters." in shown.out
    assert shown.out.rstrip().endswith('[[metrics]]\nuse = "accuracy"')


def test_what_a_component_requires_and_what_replaces_it_is_shown(sightkit: Command, install) -> None:
    body = """
@hookimpl
def sightkit_metrics():
    return [metric("old", deprecated='use "new"'), metric("new", requires=("numpy>=1",))]
"""
    install("acme", {"vision": plugin_source(body)})
    assert 'Says nothing. (deprecated: use "new")' in sightkit("component", "metric", "old").out
    assert "requires numpy>=1" in sightkit("component", "metric", "new").out


def test_an_unknown_component_is_the_user_s_mistake_and_one_of_a_broken_plugin_is_not(
    sightkit: Command, install
) -> None:
    unknown = sightkit("component", "metric", "acuracy")
    assert unknown.code == 2
    assert 'did you mean "accuracy"?' in unknown.err
    install("broken", {"acme": "raise ZeroDivisionError('boom')"})
    failed = sightkit("component", "metric", "acme")
    assert failed.code == 7
    assert "plugin acme (broken 1.0) is not loaded (failed): ZeroDivisionError: boom" in failed.err

"""What a new plugin may be called, and what is suggested instead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightkit import ConfigError
from sightkit.scaffold.names import NAME, check_name, suggestion


@pytest.mark.parametrize("name", ["acme-vision", "a", "x2", "my-2nd-plugin"])
def test_words_of_letters_and_digits_are_names(name):
    check_name(name, plugins=["adam"])


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("Acme Vision!", "; try acme-vision"),
        ("acme_vision", "; try acme-vision"),
        ("3d", "; try my-3d"),
        ("Käfer--", "; try kafer"),
        ("../../etc", "; try etc"),
        ("", ', such as "acme-vision"'),
        ("日本", ', such as "acme-vision"'),
        ("a" * 100, f"; try {'a' * 60}"),
    ],
)
def test_anything_else_is_refused_with_the_nearest_name(name, remedy):
    with pytest.raises(ConfigError) as told:
        check_name(name, plugins=[])
    assert str(told.value).startswith(f"{name!r} cannot be a plugin's name: expected a name of at most 60 lower-case")
    assert str(told.value).endswith(remedy)


@given(st.text())
def test_a_suggestion_is_a_name(text):
    suggested = suggestion(text)
    assert suggested == "" or NAME.fullmatch(suggested)


def test_the_name_of_another_plugin_is_refused():
    with pytest.raises(ConfigError, match="adam: there is a plugin of this name already"):
        check_name("adam", plugins=["adam", "lion"])


@pytest.mark.parametrize("name", ["json", "sightkit-plugins", "class", "tests"])
def test_a_name_that_means_something_else_to_python_is_refused(name):
    with pytest.raises(ConfigError, match=f"choose another name, such as my-{name}"):
        check_name(name, plugins=[])


@pytest.mark.parametrize("name", ["numpy", "pillow", "scikit-learn"])
def test_a_name_whose_distribution_pip_would_replace_is_refused(name):
    with pytest.raises(ConfigError, match=f"{name}: a distribution of this name is installed; choose another name"):
        check_name(name, plugins=[])

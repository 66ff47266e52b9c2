"""Which component a name means, and what is said where it means none or two."""

from __future__ import annotations

import pytest

import sightkit
from plugin_source import metric_plugin, plugin_source
from sightkit import Metric
from sightkit.use import UnknownComponentError


def registry_of(tmp_path, text: str = "") -> sightkit.Registry:
    """Return a registry with one more registry.toml."""
    (tmp_path / "registry.toml").write_text(f"api = 1\n{text}\n")
    return sightkit.Registry(extra=[tmp_path / "registry.toml"])


def reason(registry: sightkit.Registry, name: str) -> UnknownComponentError:
    """Return why a name means no metric."""
    with pytest.raises(UnknownComponentError) as caught:
        registry.catalogue.find(Metric, name)
    return caught.value


@pytest.fixture
def shared(install) -> None:
    """Two plugins that offer a metric of the same name."""
    install("acme", {"vision": metric_plugin("iou")}, version="1.5")
    install("zenith", {"sight": metric_plugin("iou")}, version="2.0")


@pytest.mark.usefixtures("shared")
def test_a_short_name_that_two_plugins_share_means_neither(tmp_path) -> None:
    registry = registry_of(tmp_path)
    error = reason(registry, "iou")
    assert error.plugin_failed
    assert "plugin sight (zenith 2.0) and plugin vision (acme 1.5)" in error.message
    assert 'write use = "sight/iou"' in error.message
    assert '[prefer.metrics] iou = "sight"' in error.message
    assert registry.catalogue.find(Metric, "vision/iou").plugin == "vision"
    assert {"sight/iou", "vision/iou"} <= set(registry.catalogue.names(Metric))
    assert "iou" not in registry.catalogue.names(Metric)


@pytest.mark.usefixtures("shared")
def test_an_experiment_that_needs_a_shared_name_is_an_error_of_plugins_and_another_is_none() -> None:
    experiment = {"dataset": {"use": "digits"}}
    sightkit.load(experiment).check()
    with pytest.raises(sightkit.ConfigError, match="offer a component of this name") as caught:
        sightkit.load({**experiment, "metrics": [{"use": "iou"}]}).check()
    assert caught.value.exit_code == 7
    sightkit.load({**experiment, "metrics": [{"use": "sight/iou"}]}).check()


@pytest.mark.usefixtures("shared")
def test_prefer_decides_what_a_short_name_means(tmp_path) -> None:
    registry = registry_of(tmp_path, '[prefer.metrics]\niou = "vision"')
    assert registry.catalogue.find(Metric, "iou").plugin == "vision"
    assert registry.catalogue.find(Metric, "sight/iou").plugin == "sight"
    assert {"iou", "sight/iou"} <= set(registry.catalogue.names(Metric))


@pytest.mark.parametrize(
    ("entry", "said", "failed"),
    [
        ("enabled = false", "plugin vision (acme 1.5) is not loaded (disabled)", False),
        ('version = ">=9"', "plugin vision (acme 1.5) is not loaded (wrong version)", True),
    ],
)
@pytest.mark.usefixtures("shared")
def test_a_preferred_plugin_that_is_not_loaded_is_not_replaced_by_another(tmp_path, entry, said, failed) -> None:
    registry = registry_of(tmp_path, f'[plugins.vision]\n{entry}\n[prefer.metrics]\niou = "vision"')
    error = reason(registry, "iou")
    assert said in error.message
    assert 'registry.toml says [prefer.metrics] iou = "vision"' in error.message
    assert error.plugin_failed is failed


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize(
    ("plugin", "said"),
    [("nobody", "no plugin nobody is installed"), ("vison", 'did you mean "vision"'), ("adam", "has no such metric")],
)
def test_a_preference_for_a_plugin_that_does_not_offer_it_is_told(tmp_path, plugin, said) -> None:
    assert said in reason(registry_of(tmp_path, f'[prefer.metrics]\niou = "{plugin}"'), "iou").message


def test_a_misspelt_name_suggests_the_nearest(home) -> None:
    error = reason(sightkit.Registry(), "acuracy")
    assert 'did you mean "accuracy"?' in error.message
    assert not error.plugin_failed


def test_a_name_like_no_other_lists_what_there_is(home) -> None:
    assert "known metrics: accuracy, average-precision, balanced-accuracy" in reason(sightkit.Registry(), "zzz").message


def test_an_identity_says_what_is_wrong_with_it(home) -> None:
    registry = sightkit.Registry()
    assert "plugin f1 has no such metric; its metrics: f1" in reason(registry, "f1/f2").message
    assert "no plugin nobody is installed" in reason(registry, "nobody/f1").message


def test_a_plugin_that_nobody_installed_says_how_and_lists_no_others(home) -> None:
    told = reason(sightkit.Registry(), "acme-vision/f1").message
    assert "pip install -e FOLDER" in told
    assert "sightkit plugins list" in told
    assert "did you mean" not in told, "precision is not what acme-vision was meant to be"
    assert len(told) < 200
    assert 'did you mean "accuracy"?' in reason(sightkit.Registry(), "acuracy/accuracy").message


def test_a_component_that_lacks_a_distribution_says_how_to_get_it(install) -> None:
    body = """
@hookimpl
def sightkit_metrics():
    return [
        metric("lacking", requires=("there-is-none>=2", "numpy>=1")),
        metric("outdated", requires=("numpy>=999",)),
        metric("elsewhere", requires=("there-is-none; python_version < '3'",)),
    ]
"""
    install("acme", {"vision": plugin_source(body)})
    registry = sightkit.Registry()
    assert reason(registry, "lacking").message == (
        "it needs there-is-none>=2, which is not installed; pip install 'there-is-none>=2'"
    )
    assert "pip install 'numpy>=999'" in reason(registry, "outdated").message
    registry.catalogue.find(Metric, "elsewhere")

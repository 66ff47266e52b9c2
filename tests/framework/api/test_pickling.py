"""Experiments and images in other processes, as those who run many of them at a time need them."""

from __future__ import annotations

import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import sightkit
from sightkit.images import PreparedData

VALUES = {"name": "small", "dataset": {"use": "digits"}}


class RateParams(sightkit.Params):
    """Nothing to set."""


def build_rate(_params: RateParams, _task: sightkit.MetricTask) -> sightkit.MetricFunction:
    """Return a metric that is always the same."""
    return lambda _labels, _probabilities: sightkit.Score(value=0.5, higher_is_better=True)


def test_another_process_checks_and_prepares_an_experiment_as_this_one(tmp_path: Path) -> None:
    experiment = sightkit.load(VALUES).override({"split.test": 0.3})
    wrong = experiment.override({"training.epochs": 0})
    here = experiment.prepare(cache_dir=tmp_path)
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        there = pool.submit(sightkit.Experiment.prepare, experiment, cache_dir=tmp_path).result()
        with pytest.raises(sightkit.ConfigError, match=r"override\('training.epochs'\): .* at least 1, found 0"):
            pool.submit(sightkit.Experiment.check, wrong).result()
    assert same(here, there)


def test_a_file_goes_along_with_its_lines_and_its_plugins(tmp_path: Path) -> None:
    file, plugin = tmp_path / "e.toml", tmp_path / "mine.py"
    plugin.write_text(
        "import sightkit\nclass P(sightkit.Params): pass\n@sightkit.hookimpl\ndef sightkit_metrics():\n"
        "    return [sightkit.Metric(name='mine', summary='Mine.', params=P, build=lambda *_: None)]\n"
    )
    registry = tmp_path / "registry.toml"
    registry.write_text('api = 1\n[plugins.mine]\npath = "mine.py"\n')
    file.write_text('[dataset]\nuse = "digits"\n[[metrics]]\nuse = "mine"\n[trainin]\nepochs = 1\n')
    experiment = sightkit.load(file, registry=sightkit.Registry(extra=[registry]))
    with pytest.raises(sightkit.ConfigError):
        experiment.check()
    copy = pickle.loads(pickle.dumps(experiment))
    file.unlink()
    with pytest.raises(sightkit.ConfigError, match=r"e.toml:5:2: .*trainin"):
        copy.check()
    mended = pickle.loads(pickle.dumps(copy.override_words([], unset=["trainin"])))
    assert [use.name for use in mended.settings.metrics] == ["mine", "accuracy"]


def test_what_was_handed_over_goes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = sightkit.Registry()
    registry.add(sightkit.Metric(name="rate", summary="Rate.", params=RateParams, build=build_rate))
    source = sightkit.ArraySource(np.zeros((4, 2, 2), np.uint8), [0, 1, 0, 1], classes=["a", "b"])
    values = {"name": "own", "metrics": [{"use": "rate"}]}
    copy = pickle.loads(pickle.dumps(sightkit.load(values, dataset=source, registry=registry)))
    assert [use.found.plugin for use in copy.settings.metrics] == ["python", "accuracy"]
    np.testing.assert_array_equal(copy.source.images, source.images)


@pytest.mark.parametrize("cache", ["disk", "none"])
def test_prepared_images_are_the_same_elsewhere_and_cannot_be_written_to(cache: str, tmp_path: Path) -> None:
    data = sightkit.load({**VALUES, "images": {"cache": cache}}).prepare(cache_dir=tmp_path / "cache")
    pickled = pickle.dumps(data)
    copy = pickle.loads(pickled)
    assert same(data, copy)
    with pytest.raises(ValueError, match="read-only"):
        copy.labels[0] = 3
    with pytest.raises(TypeError, match="does not support item assignment"):
        copy.splits["train"] = copy.splits["test"]


def same(one: PreparedData, other: PreparedData) -> bool:
    """Say whether two have the same images in the same splits."""
    rows = np.arange(len(one.ids))
    return (
        one.split_digests() == other.split_digests()
        and one.channel_statistics() == other.channel_statistics()
        and np.array_equal(one.images[rows], other.images[rows])
        and one.findings == other.findings
    )

"""From values to settings: every mistake at once, every relative path from where it was written."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sightkit
from nested_components import write_nested_plugin
from sightkit import ConfigError, Registry
from sightkit.api import Experiment
from sightkit.experiment.resolve import default_uses, name_from
from sightkit.experiment.settings import ExperimentSettings

DIGITS = {"use": "digits"}


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(extra=[write_nested_plugin(tmp_path)])


def refusal(experiment: Experiment) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        _ = experiment.settings
    return str(caught.value).splitlines()


def test_the_smallest_experiment_is_a_dataset():
    found = sightkit.load({"dataset": DIGITS}).settings
    assert found.dataset.component.name == "digits"
    assert (found.architecture.name, found.optimizer.name) == ("basic-cnn", "adam")
    assert (found.schedule.name, found.loss.name) == ("constant", "cross-entropy")
    assert [metric.name for metric in found.metrics] == ["accuracy", "precision", "recall", "f1"]
    assert [report.name for report in found.reports] == ["confusion-matrix", "html"]
    assert found.augmentations == found.extensions == ()


def test_a_table_without_use_means_the_default_component():
    found = sightkit.load({"dataset": DIGITS, "optimizer": {"beta_1": 0.5}, "architecture": {}}).settings
    assert (found.optimizer.written, found.optimizer.params.beta_1) == ("adam", 0.5)
    assert set(default_uses()) == {("architecture",), ("optimizer",), ("schedule",), ("loss",)}


def test_accuracy_is_always_computed_and_moves_no_other_metric():
    found = sightkit.load({"dataset": DIGITS, "metrics": [{"use": "f1"}]}).settings
    assert [metric.name for metric in found.metrics] == ["f1", "accuracy"]
    found = sightkit.load({"dataset": DIGITS, "metrics": [{"use": "accuracy"}, {"use": "f1"}]}).settings
    assert [metric.name for metric in found.metrics] == ["accuracy", "f1"]
    found = sightkit.load({"dataset": DIGITS, "metrics": [{"use": "accuracy", "name": "hits"}]}).settings
    assert [metric.name for metric in found.metrics] == ["hits", "accuracy"]
    assert [metric.name for metric in sightkit.load({"dataset": DIGITS, "metrics": []}).settings.metrics] == [
        "accuracy"
    ]


def test_a_metric_may_be_named_with_its_plugin_and_monitored_by_its_own_name():
    values: dict[str, Any] = {"dataset": DIGITS, "metrics": [{"use": "f1/f1"}, {"use": "f1", "name": "é"}]}
    found = sightkit.load({**values, "training": {"monitor": "f1"}}).settings
    assert [metric.name for metric in found.metrics] == ["f1", "é", "accuracy"]
    _ = sightkit.load({**values, "training": {"monitor": "é"}}).settings
    assert refusal(sightkit.load({**values, "training": {"monitor": "recall"}})) == [
        'experiment: training.monitor: expected loss or a metric of this experiment, found "recall"; known: accuracy, '
        "f1, loss, é"
    ]


def test_folds_need_no_fold_and_stand_in_place_of_the_fraction():
    found = sightkit.load({"dataset": DIGITS, "split": {"folds": 5}}).settings.split
    assert (found.folds, found.fold) == (5, 0)
    assert sightkit.load({"dataset": DIGITS, "split": {"folds": 5, "fold": 4, "test": 0.2}}).settings.split.fold == 4
    replaced = sightkit.load({"dataset": DIGITS, "split": {"validation": 0.2}}).override({"split.folds": 5})
    assert replaced.settings.split.folds == 5
    both = sightkit.load({"dataset": DIGITS, "split": {"validation": 0.2, "folds": 5}})
    assert refusal(both) == [
        "experiment: split.validation: split.folds says already what is for validation; leave out one of them"
    ]


@pytest.mark.parametrize("table", ["metrics", "reports"])
def test_names_collide_within_a_table_only(table):
    use = {"metrics": "f1", "reports": "confusion-matrix"}[table]
    entries = [{"use": use}, {"use": use, "name": "other"}, {"use": use, "name": use}]
    assert refusal(sightkit.load({"dataset": DIGITS, table: entries})) == [
        f'experiment: [[{table}]]: another entry is called "{use}" too; give one of them another `name`'
    ]
    _ = sightkit.load({"dataset": DIGITS, "metrics": [{"use": "f1", "name": "confusion-matrix"}]}).settings


@pytest.mark.parametrize("name", ["", ".", "..", ".x", "a/b", "a\\b", 'a"b', "a:b", "a\nb", "\x7f", "a" * 101])
def test_a_metric_s_name_must_be_fit_for_a_file(name):
    (message,) = refusal(sightkit.load({"dataset": DIGITS, "metrics": [{"use": "f1", "name": name}]}))
    assert message.startswith(
        "experiment: metrics.0.name: expected a name of at most 100 characters that files may have"
    )


@pytest.mark.parametrize("name", ["a", "macro-f1", "é 日", "a.b", "a" * 100])
def test_other_names_of_metrics_are_kept(name):
    found = sightkit.load({"dataset": DIGITS, "metrics": [{"use": "f1", "name": name}]}).settings
    assert found.metrics[0].name == name


def test_paths_start_from_the_file_that_wrote_them(tmp_path: Path, home: Path, registry: Registry, monkeypatch):
    texts = {
        "a/x.toml": 'extends = ["../b/base.toml"]\n[dataset]\npath = "images"\n[[metrics]]\nuse = "f1"\n[[metrics]]\n'
        'use = "hinted"\nhints = "hints.txt"\n',
        "b/base.toml": '[dataset]\nuse = "image-folder"\npath = "no"\n[[augmentations]]\nuse = "pick"\ncache = "~/c"\n'
        '[augmentations.first]\nuse = "leaf"\npath = "p"\n[[augmentations.others]]\nuse = "pick"\n'
        'first = { use = "leaf", path = "../q" }\n[augmentations.files]\n"a b" = "r"\n',
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    loaded = sightkit.load("../a/x.toml", registry=registry)
    found = loaded.settings
    assert found.dataset.params.path == tmp_path / "a/images"
    pick = found.augmentations[0].params
    assert pick.cache == home / "c"
    assert pick.first.params.path == tmp_path / "b/p"
    assert pick.others[0].params.first.params.path == tmp_path / "b/../q"
    assert pick.files == {"a b": tmp_path / "b/r"}
    assert found.metrics[1].params.hints == tmp_path / "a/hints.txt"

    words = ["dataset.path=images", "augmentations.0.first.path=p", "metrics.1.hints=~nobody-at-all/h"]
    found = loaded.override_words(words).settings
    assert found.dataset.params.path == here / "images"
    assert found.augmentations[0].params.first.params.path == here / "p"
    assert found.augmentations[0].params.others[0].params.first.params.path == tmp_path / "b/../q"
    assert found.metrics[1].params.hints == here / "~nobody-at-all/h"

    found = loaded.override_words([], unset=["metrics.0"]).settings
    assert found.metrics[0].params.hints == tmp_path / "a/hints.txt"


def test_values_of_python_start_from_the_working_directory(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = sightkit.load({"dataset": {"use": "image-folder", "path": Path("x")}}).settings
    assert found.dataset.params.path == tmp_path / "x"
    found = sightkit.load({"dataset": DIGITS}).override({"dataset": {"use": "image-folder", "path": "y"}}).settings
    assert found.dataset.params.path == tmp_path / "y"


def test_numbers_of_numpy_are_numbers():
    loaded = sightkit.load({"dataset": DIGITS}).override(
        {"optimizer.learning_rate": np.float32(0.5), "training.epochs": np.int64(3), "images.size": (np.int32(8), 8)}
    )
    found = loaded.settings
    assert (found.optimizer.params.learning_rate, found.training.epochs, found.images.size) == (0.5, 3, (8, 8))


def test_what_toml_cannot_say_is_refused_from_python_too():
    loaded = sightkit.load({"dataset": DIGITS, "name": None, "seed": 2**70}).override(
        {"training.epochs": {3}, "split.test": date(2024, 5, 27), "a b": 1}
    )
    assert refusal(loaded) == [
        "experiment: name: expected a value that TOML knows, found NoneType None",
        "experiment: seed: expected a whole number of at most 64 bits, found a larger one",
        "override('a b'): expected a dotted key, such as optimizer.learning_rate",
        "override('split.test'): split.test: expected no date or time, found 2024-05-27; text needs quotes: "
        '"2024-05-27"',
        "override('training.epochs'): training.epochs: expected a value that TOML knows, found set {3}",
    ]


def test_extends_is_for_files():
    assert refusal(sightkit.load({"dataset": DIGITS, "extends": ["x.toml"]})) == [
        "experiment: extends is for files; merge the values instead"
    ]


def test_loading_finds_nothing_wrong_and_changing_mends():
    loaded = sightkit.load({"dataset": DIGITS, "seed": "x"})
    assert refusal(loaded) == ['experiment: seed: expected a whole number, found "x"']
    assert loaded.override({"seed": 3}).settings.seed == 3
    assert loaded.override_words([], unset=["seed"]).settings.seed == 0


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("flowers.toml", "flowers"),
        ("a/b c.d.toml", "b-c.d"),
        ("é.toml", "experiment"),
        ("-.toml", "experiment"),
        ("_a_.toml", "a"),
        ("a" * 300 + ".toml", "a" * 100),
    ],
)
def test_an_experiment_is_named_after_its_file(path, name):
    assert name_from(Path(path)) == name
    assert ExperimentSettings.__pydantic_validator__ is not None
    _ = sightkit.load({"dataset": DIGITS, "name": name}).settings


def test_a_file_may_have_a_name_of_its_own(tmp_path: Path):
    (tmp_path / "x y.toml").write_text('[dataset]\nuse = "digits"\n')
    (tmp_path / "z.toml").write_text('name = "mine"\n[dataset]\nuse = "digits"\n')
    assert sightkit.load(tmp_path / "x y.toml").settings.name == "x-y"
    assert sightkit.load(tmp_path / "z.toml").settings.name == "mine"

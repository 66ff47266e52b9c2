"""A run goes on with the same experiment, code, registries and data only; everything that differs is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sightkit
from interruptions import Watcher
from plugin_source import plugin_source
from sightkit.errors import InterruptedRunError
from sightkit.runs.record.manifest import HIDDEN
from sightkit.runs.record.unchanged import differences

PLUGIN = """
class Tracked(Params):
    '''Where it tells.'''
    api_key: str = "none"

class Tracker:
    @hookimpl
    def sightkit_run_finished(self, run): pass

@hookimpl
def sightkit_extensions():
    return [Extension(name="tracker", summary="Tells.", params=Tracked, build=lambda params, task: Tracker())]
"""
VALUES: dict[str, Any] = {
    "name": "tiny",
    "architecture": {"use": "basic-cnn", "filters": [4]},
    "training": {"epochs": 2, "batch_size": 30},
    "extensions": [{"use": "tracker", "api_key": "hunter2"}],
    "metrics": [],
    "reports": [],
}


def images() -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.random.default_rng(0).integers(0, 256, (60, 8, 8), dtype=np.uint8)


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plugin, and beside it a registry that names it."""
    folder = tmp_path_factory.mktemp("plugin")
    path = folder / "plugin.py"
    path.write_text(f"# {folder}\n{plugin_source(PLUGIN)}")
    (folder / "registry.toml").write_text('api = 1\n[plugins.mine]\npath = "plugin.py"\n')
    return path


@pytest.fixture(scope="module")
def experiment(plugin: Path) -> Callable[..., sightkit.Experiment]:
    """Load the experiment, with whatever stands in the files now."""

    def load(
        pixels: np.ndarray[Any, np.dtype[np.uint8]] | None = None, labels: Any = None, **changes: Any
    ) -> sightkit.Experiment:
        registry = sightkit.Registry(extra=[plugin.parent / "registry.toml"])
        labels = np.arange(60) % 2 if labels is None else labels
        source = sightkit.ArraySource(images() if pixels is None else pixels, labels, classes=["cat", "dog"])
        overrides = {key.replace("__", "."): value for key, value in changes.items()}
        return sightkit.load(VALUES, dataset=source, registry=registry).override(overrides)

    return load


@pytest.fixture(scope="module")
def folder(experiment: Callable[..., sightkit.Experiment], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was interrupted."""
    runs, watcher = tmp_path_factory.mktemp("runs"), Watcher(stop_at=(1, 1, 1))
    with pytest.raises(InterruptedRunError):
        experiment().run(runs_dir=runs, stop=watcher.stop, display=watcher)
    (path,) = (runs / "tiny").iterdir()
    return path


@pytest.fixture(autouse=True)
def untouched(folder: Path) -> Any:
    """A refusal changes nothing in the folder of the run."""
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    yield
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_changed_experiment_is_refused_with_all_that_differs(experiment, folder) -> None:
    changed = experiment(training__epochs=5, optimizer__learning_rate=0.5, training__ema=0.9)
    with pytest.raises(sightkit.ConfigError) as caught:
        changed.go_on(folder)
    message = str(caught.value)
    assert message.startswith(f"{folder}: the experiment is not what it was: ")
    assert "optimizer.learning_rate was 0.001 and is 0.5; " in message
    assert "training.ema was nothing and is 0.9; " in message
    assert "training.epochs was 2 and is 5; " in message
    assert message.endswith("put it back as it was, or start a new run")
    assert caught.value.exit_code == 2


def test_run_with_resume_refuses_it_too(experiment, folder) -> None:
    with pytest.raises(sightkit.ConfigError, match=r"seed was 0 and is 1"):
        experiment(seed=1).run(runs_dir=folder.parent.parent, resume=True)


def test_another_component_is_refused(experiment, folder) -> None:
    with pytest.raises(sightkit.ConfigError, match=r'optimizer\.use was "adam" and is "sgd"'):
        experiment(optimizer={"use": "sgd"}).go_on(folder)


def test_changed_code_of_a_plugin_is_refused(experiment, folder, plugin) -> None:
    source = plugin.read_text()
    plugin.write_text(source + "\n# changed\n")
    try:
        with pytest.raises(
            sightkit.ConfigError, match=r"code of extension tracker \(from .*plugin\.py.*\) has changed"
        ):
            experiment().go_on(folder)
    finally:
        plugin.write_text(source)


def test_a_changed_registry_is_refused(experiment, folder, plugin) -> None:
    registry = plugin.parent / "registry.toml"
    text = registry.read_text()
    registry.write_text(text + "[plugins.vgg]\nenabled = false\n")
    try:
        with pytest.raises(sightkit.ConfigError, match="the command line registry says something else"):
            experiment().go_on(folder)
    finally:
        registry.write_text(text)


def test_changed_images_are_refused(experiment, folder) -> None:
    pixels = images()
    pixels[7, 0, 0] ^= 1
    with pytest.raises(sightkit.DataError, match=r"the data is not what it was: .*fingerprint was ") as caught:
        experiment(pixels).go_on(folder)
    assert caught.value.exit_code == 3


def test_other_labels_are_refused(experiment, folder) -> None:
    with pytest.raises(sightkit.DataError, match="the data is not what it was"):
        experiment(labels=1 - np.arange(60) % 2).go_on(folder)


def test_a_secret_may_be_another_one_since_nobody_kept_the_first(experiment, folder, tmp_path) -> None:
    changed = experiment(extensions=[{"use": "tracker", "api_key": "hunter3"}], training__epochs=5)
    with pytest.raises(sightkit.ConfigError) as caught:
        changed.go_on(folder)
    assert "api_key" not in str(caught.value)


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, ["a.c was 2 and is 3"]),
        ({"a": 1}, {}, ["a was 1 and is nothing"]),
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}, ["a.1.b was 2 and is 3"]),
        ({"a": [1]}, {"a": [1, 2]}, ["a was [1] and is [1, 2]"]),
        ({"key": HIDDEN}, {"key": "hunter2"}, []),
        ({"a": 1}, {"a": 1.0}, []),
    ],
)
def test_differences_are_told_with_their_places(before, now, told) -> None:
    assert list(differences(before, now)) == told


def stopped(path: Path, changes: dict[str, Any], **own: Any) -> Path:
    """Start a run and stop it, and return its folder."""
    values = {"architecture": {"filters": [4]}, "training": {"epochs": 1}, "reports": [], **changes}
    with pytest.raises(InterruptedRunError):
        sightkit.load(values, **own).run(runs_dir=path, stop=lambda: True)
    (folder,) = (path / "experiment").iterdir()
    return folder


def test_a_run_on_images_in_memory_cannot_go_on_from_its_folder_alone(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (40, 8, 8), dtype=np.uint8)
    source = sightkit.ArraySource(images, np.arange(40) % 2, classes=["a", "b"])
    folder = stopped(tmp_path, {}, dataset=source)
    with pytest.raises(sightkit.ConfigError, match=r"in memory, .* as before, and run\(resume=True\)"):
        sightkit.resume(folder)


def test_a_run_without_its_experiment_or_its_secrets_cannot_go_on(tmp_path: Path) -> None:
    folder = stopped(tmp_path, {"dataset": {"use": "digits"}})
    resolved = folder / "resolved.toml"
    resolved.write_text(resolved.read_text().replace('name = "experiment"', 'name = "(hidden)"'))
    with pytest.raises(sightkit.ConfigError, match=r"a secret .* sightkit run EXPERIMENT --resume"):
        sightkit.resume(folder)
    resolved.unlink()
    with pytest.raises(sightkit.StorageError, match=r"resolved\.toml: cannot be read"):
        sightkit.resume(folder)

"""Loading an experiment from a file, a recipe, values, with images and networks of one's own."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

import sightkit


def test_a_file_gives_the_experiment_its_name_and_the_folder_of_its_paths(tmp_path: Path) -> None:
    file = tmp_path / "My flowers!.toml"
    file.write_text('[dataset]\nuse = "image-folder"\npath = "photos"\n')
    settings = sightkit.load(file).settings
    assert settings.name == "My-flowers"
    assert settings.dataset.params.path == tmp_path / "photos"


def test_a_dictionary_is_an_experiment_whose_paths_start_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    values = {"dataset": {"use": "image-folder", "path": Path("photos")}, "images": {"size": (32, 32)}}
    settings = sightkit.load(values).settings
    assert settings.dataset.params.path == tmp_path / "photos"
    assert settings.images.size == (32, 32)


def test_changing_the_dictionary_afterwards_does_not_change_the_experiment() -> None:
    values = {"dataset": {"use": "digits"}, "training": {"epochs": 3}}
    experiment = sightkit.load(values)
    values["training"]["epochs"] = 0
    assert experiment.settings.training.epochs == 3


def test_a_recipe_is_loaded_by_its_name() -> None:
    assert sightkit.load("digits").settings.dataset.component.name == "digits"


def test_an_unknown_recipe_suggests_the_nearest_name() -> None:
    with pytest.raises(sightkit.ConfigError, match='did you mean "digits"'):
        sightkit.load("digit")


def test_images_in_memory_take_the_place_of_the_dataset_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "flowers.toml"
    file.write_text('[dataset]\nuse = "image-folder"\npath = "photos"\n[split]\ntest = 0.5\n')
    images = np.random.default_rng(0).integers(0, 256, (20, 4, 4), dtype=np.uint8)
    source = sightkit.ArraySource(images, np.arange(20) % 2, classes=("cat", "dog"))
    data = sightkit.load(file, dataset=source).prepare()
    np.testing.assert_array_equal(data.images[..., 0], images)
    assert len(data.splits["test"]) == 10
    kept = sightkit.load(file, dataset=source).override({"images.size": [2, 2]}).prepare(cache_dir=tmp_path / "cache")
    assert kept.image_shape == (2, 2, 1)
    assert len(list((tmp_path / "cache").glob("*/images.npy"))) == 1


def test_no_file_can_mean_images_in_memory() -> None:
    with pytest.raises(sightkit.ConfigError, match="no such dataset"):
        sightkit.load({"dataset": {"use": "in-memory"}}).check()


def stripes():
    images = np.random.default_rng(0).integers(0, 50, (40, 8, 8, 1), dtype=np.uint8)
    images[::2, :, ::2] = 255
    images[1::2, ::2] = 255
    return sightkit.ArraySource(images, np.arange(40) % 2, classes=("upright", "level"))


def perceptron(shape=(8, 8, 1), classes=2):
    import keras

    return keras.Sequential([keras.Input(shape), keras.layers.Flatten(), keras.layers.Dense(classes)])


FEW = {"name": "own", "training": {"epochs": 2, "batch_size": 8}, "architecture": {"use": "basic-cnn"}}


def test_a_model_of_ones_own_takes_the_place_of_the_architecture(tmp_path: Path) -> None:
    model = perceptron()
    before = model.get_weights()
    run = sightkit.load(FEW, dataset=stripes(), architecture=model).run(runs_dir=tmp_path)
    assert run.scores["test"]["accuracy"]["value"] >= 0
    assert any((old != new).any() for old, new in zip(before, model.get_weights(), strict=True))


def test_a_model_that_was_handed_over_is_known_by_its_hashes(tmp_path: Path) -> None:
    def hashes() -> dict[str, str]:
        run = sightkit.load(FEW, dataset=stripes(), architecture=model).run(runs_dir=tmp_path)
        return run.manifest["given_model"]

    model = perceptron()
    before = model.get_weights()
    first, trained = hashes(), hashes()
    model.set_weights(before)
    assert hashes() == first
    assert trained["config_sha256"] == first["config_sha256"]
    assert trained["weights_sha256"] != first["weights_sha256"]


def test_a_function_of_ones_own_is_told_the_task_and_called_under_the_seed(tmp_path: Path) -> None:
    seen, weights = [], []

    def factory(task: sightkit.ArchitectureTask):
        seen.append(task)
        model = perceptron(task.image_shape, task.num_classes)
        weights.append(model.get_weights()[0])
        return model

    experiment = sightkit.load(FEW, dataset=stripes(), architecture=factory).override({"seed": 3})
    run = experiment.run(runs_dir=tmp_path)
    experiment.run(runs_dir=tmp_path)
    assert (seen[0].image_shape, seen[0].num_classes) == ((8, 8, 1), 2)
    np.testing.assert_array_equal(weights[0], weights[-1])
    (component,) = [each for each in run.manifest["components"] if each["role"] == "architecture"]
    assert component["origin"] == "this process"
    assert component["source_sha256"] == hashlib.sha256(Path(__file__).read_bytes()).hexdigest()


def test_what_is_no_network_is_refused_at_once() -> None:
    with pytest.raises(sightkit.ConfigError, match=r"^architecture: expected a keras.Model, .* found str"):
        sightkit.load("digits", architecture="resnet")  # type: ignore[arg-type]


def test_a_function_that_returns_no_network_is_blamed(tmp_path: Path) -> None:
    with pytest.raises(sightkit.PluginError, match=r"the architecture returned 3; expected a sightkit Network"):
        sightkit.load(FEW, dataset=stripes(), architecture=lambda task: 3).run(runs_dir=tmp_path)


def test_no_file_can_mean_a_network_in_memory() -> None:
    with pytest.raises(sightkit.ConfigError, match="no such architecture"):
        sightkit.load({"dataset": {"use": "digits"}, "architecture": {"use": "in-memory"}}).check()


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(sightkit.StorageError, match=r"no run here"):
        sightkit.Run(tmp_path)

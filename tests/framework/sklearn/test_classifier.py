"""ImageClassifier: what it learns, what it says, and what of it goes into a file."""

from __future__ import annotations

import os
import pickle
import random
import signal
import subprocess
import sys
import tempfile
from contextlib import redirect_stdout
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import train_test_split

import sightkit
from networks import perceptron
from sightkit import ConfigError, DivergedError
from sightkit.runs.record.run import Run
from sightkit.sklearn import ImageClassifier
from sightkit.sklearn.learned import log_odds


def test_handwritten_digits_are_learned_by_the_baseline():
    digits = load_digits()
    images, others, labels, expected = train_test_split(digits.images, digits.target, test_size=0.2, random_state=0)
    estimator = ImageClassifier(epochs=8, value_range=(0, 16), random_state=0, architecture__filters=(16, 32))
    assert estimator.fit(images, labels).score(others, expected) > 0.95


def test_labels_may_be_words_and_come_back(fitted, task):
    assert fitted.classes_.tolist() == ["bottom", "middle", "top"]
    assert (fitted.predict(task.images) == task.labels).mean() > 0.9
    assert fitted.n_iter_ == len(fitted.history_) == 4


def test_probabilities_are_those_of_the_most_probable_class_and_sum_to_one(fitted, task):
    probabilities = fitted.predict_proba(task.images)
    assert (probabilities.dtype, probabilities.shape) == (np.float64, (60, 3))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-12)
    assert (fitted.classes_[probabilities.argmax(axis=1)] == fitted.predict(task.images)).all()


def test_logarithms_and_odds_say_the_same_as_probabilities(fitted, task):
    probabilities = fitted.predict_proba(task.images)
    np.testing.assert_allclose(np.exp(fitted.predict_log_proba(task.images)), probabilities, rtol=1e-12)
    odds = fitted.decision_function(task.images)
    np.testing.assert_allclose(odds, np.log(probabilities / (1 - probabilities)), rtol=1e-6)
    assert (fitted.classes_[odds.argmax(axis=1)] == fitted.predict(task.images)).all()


def test_of_two_classes_the_odds_are_those_of_the_second(build, task):
    estimator = build(epochs=2).fit(task.images, task.labels == "top")
    odds = estimator.decision_function(task.images)
    assert odds.shape == (60,)
    assert ((odds > 0) == estimator.predict(task.images)).all()
    logits = estimator.model_(task.images[..., None] / np.float32(255)).numpy()
    np.testing.assert_allclose(odds, logits[:, 1] - logits[:, 0], rtol=1e-4, atol=1e-5)


def test_odds_tell_images_apart_that_are_almost_certain_and_not_classes_that_are_equal():
    odds = log_odds(np.array([[0.0, 800.0, 1.0], [0.0, 900.0, 1.0], [3.0, 3.0, 3.0], [9.0, 9.0, -1e9]]))
    assert np.isfinite(odds).all()
    assert odds[1, 1] == pytest.approx(odds[0, 1] + 100, rel=1e-12)
    np.testing.assert_allclose(odds[2], np.log(0.5))
    assert odds[3].tolist() == pytest.approx([0.0, 0.0, -1e9])
    assert (odds[2:, 0] == odds[2:, 1]).all()


def test_of_classes_that_are_equally_probable_the_first_is_predicted(build, task):
    def blind(about):
        import keras

        zeros = keras.layers.Dense(about.num_classes, kernel_initializer="zeros", trainable=False)
        return keras.Sequential([keras.Input(about.image_shape), keras.layers.Flatten(), zeros, Biased()])

    import keras

    @keras.saving.register_keras_serializable("tests")
    class Biased(keras.layers.Layer):
        def build(self, shape):
            self.bias = self.add_weight(shape=(1,), initializer="zeros")

        def call(self, logits):
            return logits + self.bias

    assert set(build(blind, epochs=1).fit(task.images, task.labels).predict(task.images)) == {"bottom"}


def test_one_image_gets_the_bits_that_it_gets_among_others(fitted, task):
    together = fitted.predict_proba(task.images)
    for row in (0, 31, 59):
        assert (fitted.predict_proba(task.images[row : row + 1]) == together[row]).all()


def test_a_fit_is_the_run_of_an_experiment_of_the_same_seed(build, task, tmp_path):
    estimator = build(epochs=2).fit(task.images, task.labels)
    names, labels = np.unique(task.labels, return_inverse=True)
    values = {
        "split": {"validation": 0.0, "test": 0.0},
        "training": {"epochs": 2, "batch_size": 16},
        "reports": [],
    }
    source = sightkit.ArraySource(task.images, labels, classes=names.tolist())
    run = sightkit.load(values, dataset=source, architecture=perceptron).run(runs_dir=tmp_path)
    stored = run.predictions["train"].probabilities
    assert (estimator.predict_proba(task.images) == stored).all()


@pytest.mark.parametrize("size", [None, (18, 12)])
def test_predictions_are_those_that_the_run_stored_whatever_was_done_to_the_images(build, task, tmp_path, size):
    estimator = build(
        runs_dir=tmp_path, validation_fraction=0.2, calibration__use="temperature", images__size=size, epochs=2
    )
    doubtful = np.where(np.arange(60) % 4 == 0, "top", task.labels)  # else nothing would be left to calibrate
    estimator.fit(task.images, doubtful)
    run = Run(estimator.run_path_)
    assert run.path.parent.parent == tmp_path
    assert run.manifest["calibration"]["temperature"] != 1
    stored = run.predictions["validation"]
    rows = [int(name) for name in stored.ids]
    assert (estimator.predict_proba(task.images[rows]) == stored.probabilities).all()


def test_nothing_is_left_behind_without_a_folder_for_runs(build, task, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    estimator = build(epochs=1).fit(task.images, task.labels)
    estimator.predict(task.images)
    pickle.dumps(estimator)
    with pytest.raises(DivergedError):
        build(optimizer="sgd", optimizer__learning_rate=1e38).fit(task.images, task.labels)
    assert not list(tmp_path.iterdir())
    assert estimator.run_path_ is None


def test_a_fit_that_is_interrupted_wrote_no_checkpoints_and_leaves_no_folder_and_what_was_learned_before(
    fitted, task, tmp_path, monkeypatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    estimator = deepcopy(fitted)

    class Pressed(list):
        def write(self, text):
            self.append([path.name for path in tmp_path.rglob("*")])
            os.kill(os.getpid(), signal.SIGINT)

        flush = list.copy

    seen = Pressed()
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # tests in the background ignore it
    try:
        with pytest.raises(KeyboardInterrupt), redirect_stdout(seen):
            estimator.set_params(epochs=100, verbose=True).fit(task.images, task.labels)
    finally:
        signal.signal(signal.SIGINT, before)
    assert "manifest.json" in seen[0]
    assert not [name for name in seen[0] if name.endswith(".safetensors")]
    assert not list(tmp_path.iterdir())
    assert (estimator.predict_proba(task.images) == fitted.predict_proba(task.images)).all()


def test_another_process_makes_the_same_bits_of_what_was_pickled(fitted, task, tmp_path):
    Path(tmp_path, "estimator").write_bytes(pickle.dumps(fitted))
    np.save(tmp_path / "images.npy", task.images)
    program = (
        "import pickle, numpy as np; estimator = pickle.load(open('estimator', 'rb'));"
        "np.save('probabilities.npy', estimator.predict_proba(np.load('images.npy')))"
    )
    path = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=path, check=True, capture_output=True, timeout=120
    )
    assert (np.load(tmp_path / "probabilities.npy") == fitted.predict_proba(task.images)).all()


def test_a_copy_shares_nothing_that_changes(fitted, task):
    before = fitted.predict_proba(task.images)
    copy = deepcopy(fitted)
    assert (copy.predict_proba(task.images) == before).all()
    copy.partial_fit(task.images, task.labels)
    assert (fitted.predict_proba(task.images) == before).all()
    assert (copy.predict_proba(task.images) != before).any()


def test_a_network_that_no_file_could_give_back_is_refused_before_it_is_trained(build, task):
    def with_lambda(about):
        import keras

        return keras.Sequential([perceptron(about), keras.layers.Lambda(lambda logits: logits)])

    with pytest.raises(ConfigError, match=r"architecture: Lambda can't be read from the file of the model; register"):
        build(with_lambda).fit(task.images, task.labels)


def test_the_same_seed_gives_the_same_bits_and_others_give_others(build, fitted, task):
    def probabilities(random_state):
        return build(random_state=random_state).fit(task.images, task.labels).predict_proba(task.images)

    same, drawn = fitted.predict_proba(task.images), probabilities(np.random.RandomState(5))
    assert (probabilities(0) == same).all()
    assert (drawn != same).any()
    assert (probabilities(np.random.RandomState(5)) == drawn).all()


def test_a_fit_draws_from_no_generator_of_the_host(build, task):
    random.seed(3)
    np.random.seed(3)
    before = random.getstate(), np.random.get_state()[1].tolist()
    build(epochs=1).fit(task.images, task.labels).predict(task.images)
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before


def test_images_of_weight_zero_might_as_well_not_be_there(build, task):
    weights = np.ones(60)
    weights[::4] = 0
    params = {"value_range": "data", "epochs": 2}
    weighted = build(**params).fit(task.images / 7, task.labels, sample_weight=weights)
    without = build(**params).fit(task.images[weights > 0] / 7, task.labels[weights > 0])
    assert (weighted.predict_proba(task.images / 7) == without.predict_proba(task.images / 7)).all()


def test_an_image_of_weight_two_is_as_good_as_two_of_it(build, task):
    times = np.arange(60) % 3
    params = {"epochs": 5, "batch_size": 100}
    weighted = build(**params).fit(task.images, task.labels, sample_weight=times * 1e300)
    repeated = build(**params).fit(task.images.repeat(times, axis=0), task.labels.repeat(times))
    np.testing.assert_allclose(
        weighted.predict_proba(task.images), repeated.predict_proba(task.images), rtol=1e-3, atol=1e-6
    )


def test_the_weight_of_a_class_makes_it_more_probable(build, fitted, task):
    biased = build(class_weight={"middle": 50.0}).fit(task.images, task.labels)
    assert (biased.predict(task.images) == "middle").sum() > (fitted.predict(task.images) == "middle").sum()
    numbers = np.unique(task.labels, return_inverse=True)[1].astype(float)
    same = build(class_weight={1: 50.0}).fit(task.images, numbers)  # 1 is 1.0, as everywhere in Python
    assert (same.predict_proba(task.images) == biased.predict_proba(task.images)).all()
    balanced = build(class_weight="balanced").fit(task.images, task.labels)
    np.testing.assert_allclose(balanced.predict_proba(task.images), fitted.predict_proba(task.images), atol=1e-4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y": ["top"] * 60}, r"found only one class: \['top'\]"),
        ({"sample_weight": np.r_[-1, np.ones(59)]}, "weights of at least 0, found -1"),
        ({"sample_weight": np.ones(59)}, "sample_weight.shape"),
        ({"X": np.full((60, 9, 6), np.nan)}, "contains NaN"),
        ({"X": np.zeros((60, 9, 6), complex)}, "Complex data not supported"),
        ({"X": np.zeros((60, 54), np.uint8)}, "flat rows of 54 numbers"),
        ({"X": np.zeros((0, 9, 6), np.uint8)}, "0 sample"),
        ({"X": np.full((60, 9, 6), "a")}, "expected the pixels of images, found 'a'"),
        ({"y": None}, "requires y"),
        ({"y": np.linspace(0, 1, 60)}, "Unknown label type"),
    ],
)
def test_what_cannot_be_learned_from_is_a_value_error(build, task, change, message):
    with pytest.raises(ValueError, match=message):
        build().fit(**{"X": task.images, "y": task.labels, **change})


def test_classes_whose_images_all_weigh_nothing_are_named(build, task):
    with pytest.raises(ValueError, match=r"all samples of the classes \['middle'\] have weight zero"):
        build().fit(task.images, task.labels, sample_weight=task.labels != "middle")


def test_images_that_are_not_as_in_training_are_refused(fitted, task):
    with pytest.raises(ValueError, match="X has images of 48 numbers; expected 54"):
        fitted.predict(task.images[:, :8])
    with pytest.raises(ValueError, match=r"images of shape \(6, 9\); expected \(9, 6, 1\)"):
        fitted.predict(task.images.transpose(0, 2, 1))
    with pytest.raises(ValueError, match="expected pixels as uint8"):
        fitted.predict(task.images.astype(float))


def test_floats_say_the_same_as_the_bytes_that_they_are(fitted, task):
    assert (fitted.predict_proba(task.images / 255) == fitted.predict_proba(task.images)).all()
    assert (fitted.predict_proba(task.images[..., None]) == fitted.predict_proba(task.images)).all()


def test_colour_images_are_learned_from_as_well(build, task):
    images = np.stack([task.images] * 3, axis=-1)
    estimator = build(epochs=1).fit(images, task.labels)
    assert estimator.n_features_in_ == 9 * 6 * 3
    assert estimator.model_.input_shape == (None, 9, 6, 3)


@pytest.mark.parametrize("ask", ["predict", "predict_proba", "predict_log_proba", "decision_function"])
def test_nothing_is_predicted_before_training(build, task, ask):
    with pytest.raises(NotFittedError):
        getattr(build(), ask)(task.images)
    assert not hasattr(build(), "model_")


def test_a_training_that_diverges_says_so_and_leaves_what_was_learned_before(build, task):
    estimator = build(epochs=1, warm_start=True).fit(task.images, task.labels)
    before = estimator.predict_proba(task.images)
    estimator.set_params(optimizer="sgd", optimizer__learning_rate=1e38)
    with pytest.raises(DivergedError):
        estimator.fit(task.images, task.labels)
    assert (estimator.predict_proba(task.images) == before).all()


def test_a_fit_that_fails_changes_nothing(build, fitted, task):
    wrong, smaller = build(batch_size=0), task.images[:, :6]
    with pytest.raises(ConfigError):
        wrong.fit(smaller, task.labels)
    with pytest.raises(ConfigError):
        wrong.partial_fit(smaller, task.labels, classes=task.labels)
    with pytest.raises(NotFittedError):
        wrong.predict(task.images)
    again = deepcopy(fitted).set_params(batch_size=0)
    with pytest.raises(ConfigError):
        again.fit(smaller, task.labels)
    assert again.n_features_in_ == 54
    assert (again.predict_proba(task.images) == fitted.predict_proba(task.images)).all()


def test_early_stopping_watches_the_images_that_are_set_apart(build, task):
    keys = {"training__early_stopping__patience": 1, "training__early_stopping__min_improvement": 0.9}
    estimator = build(epochs=9, validation_fraction=0.2, **keys).fit(task.images, task.labels)
    assert estimator.n_iter_ < 9
    assert "validation_accuracy" in estimator.history_[0]


def test_a_warm_start_goes_on_with_the_weights_there_are(build, task):
    estimator = build(warm_start=True, epochs=3).fit(task.images, task.labels)
    first = estimator.history_[0]["loss"]
    assert estimator.fit(task.images, task.labels).history_[0]["loss"] < first
    assert set(estimator.fit(task.images, task.labels == "top").classes_) == {False, True}  # from the beginning


def test_verbose_prints_a_line_an_epoch(build, task, capsys):
    build(epochs=2).fit(task.images, task.labels)
    assert capsys.readouterr().out == ""
    build(epochs=2, verbose=True).fit(task.images, task.labels)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  loss")[0] for line in lines] == ["epoch 1", "epoch 2"]


def test_names_of_classes_may_be_anything(build, task):
    odd = np.array(["a\nb", "\ud800", "<b>"], dtype=object)
    labels = odd[np.unique(task.labels, return_inverse=True)[1]]
    assert set(build(epochs=1).fit(task.images, labels).predict(task.images)) <= set(odd)


def test_plugins_of_a_registry_can_be_named(build, task, tmp_path):
    (tmp_path / "slow.py").write_text(
        "from sightkit import Optimizer, Params, hookimpl\n"
        "from pydantic import Field\n"
        "class SlowParams(Params):\n"
        "    learning_rate: float = Field(0.25, gt=0, description='Rate.')\n"
        "def build_slow(params, task):\n"
        "    import keras\n"
        "    return keras.optimizers.SGD(params.learning_rate)\n"
        "@hookimpl\n"
        "def sightkit_optimizers():\n"
        "    return [Optimizer(name='slow', summary='Slow.', params=SlowParams, build=build_slow)]\n"
    )
    registry = tmp_path / "registry.toml"
    registry.write_text('api = 1\n[plugins.slow]\npath = "slow.py"\n')
    estimator = build(optimizer="slow", registries=(registry,), epochs=1).fit(task.images, task.labels)
    assert estimator.history_[0]["learning_rate"] == 0.25

"""Mistakes that authors of plugins make: the kit finds each, where its own broken components make another one."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import ClassVar

import pytest
from pydantic import Field

from sightkit import (
    Architecture,
    Augmentation,
    Dataset,
    Extension,
    ImageSource,
    Optimizer,
    Params,
    Pointwise,
    Registry,
    Samples,
    hookimpl,
    uniform,
)
from sightkit.testing import Finding, Outcome
from sightkit.testing.conformance import of_component
from sightkit.use import Found


class Nothing(Params):
    """No parameters."""


class OneRate(Params):
    """A learning rate."""

    learning_rate: float = Field(0.05, gt=0, description="The learning rate.")


def failures(kind, build, *, params=Nothing) -> dict[str, Finding]:
    """Return the checks that a component fails; this module itself is not light."""
    component = kind(name="mine", summary="Mine.", params=params, build=build)
    examination = of_component(Found(component, "mine", "here"), [], Registry())
    found = {check.name: examination.finding(check) for check in examination.checks if check.name != "imports lightly"}
    return {name: finding for name, finding in found.items() if finding.outcome is Outcome.FAILED}


class Sound(ImageSource):
    """Thirty small images of two classes."""

    classes = ("dark", "light")

    def __init__(self):
        import numpy as np

        self.samples = Samples(ids=[f"{row:02}" for row in range(30)], labels=np.arange(30) % 2)

    def fingerprint(self):
        return "0123456789abcdef"


class SharedFile(Sound):
    def __init__(self, file):
        super().__init__()
        self.file = os.open(file, os.O_RDONLY)

    def __del__(self):
        os.close(self.file)

    def read(self, index):
        import numpy as np

        os.lseek(self.file, 16 * index, os.SEEK_SET)
        return np.frombuffer(os.read(self.file, 16), np.uint8).reshape(4, 4)


class WithPread(SharedFile):
    def read(self, index):
        import numpy as np

        return np.frombuffer(os.pread(self.file, 16, 16 * index), np.uint8).reshape(4, 4)


class SameBuffer(Sound):
    def __init__(self):
        import numpy as np

        super().__init__()
        self.buffer = np.zeros((4, 4), np.uint8)

    def read(self, index):
        self.buffer[:] = index
        return self.buffer


class WeighedByChance(Sound):
    def __init__(self):
        import numpy as np

        super().__init__()
        self.samples = replace(self.samples, weights=np.random.default_rng().random(30, np.float32))

    def read(self, index):
        import numpy as np

        return np.full((4, 4), index, np.uint8)


@pytest.mark.parametrize(("source", "expected"), [(SharedFile, {"reads in threads"}), (WithPread, set())])
def test_a_file_that_threads_share_is_found_out(tmp_path, source, expected):
    (tmp_path / "images").write_bytes(bytes(range(240)) * 2)
    assert set(failures(Dataset, lambda params, task: source(tmp_path / "images"))) == expected


def test_a_buffer_that_is_used_again_is_found_out():
    found = failures(Dataset, lambda params, task: SameBuffer())
    assert found["reads the same again"].found == "29 of 30 that changed while others were read"


def test_weights_of_images_that_nobody_can_have_again_are_found_out():
    found = failures(Dataset, lambda params, task: WeighedByChance())
    assert set(found) == {"is the same when built again"}
    assert found["is the same when built again"].found == "other weights"


def test_a_network_that_is_kept_between_builds_is_found_out():
    made = {}

    def build(_params, task):
        import keras

        if task not in made:
            images = keras.Input(task.image_shape)
            made[task] = keras.Model(images, keras.layers.Dense(task.num_classes)(keras.layers.Flatten()(images)))
        return made[task]

    found = failures(Architecture, build)
    assert set(found) == {"is built alike under a seed"}
    assert found["is built alike under a seed"].found == "one that shares its weights with the first"


def test_a_division_by_no_contrast_while_it_is_built_is_found_out():
    def build(_params, task):
        import keras

        images = keras.Input(task.image_shape)
        scaled = keras.layers.Rescaling([1 / std for std in task.channel_std])(images)
        return keras.Model(images, keras.layers.Dense(task.num_classes)(keras.layers.Flatten()(scaled)))

    found = failures(Architecture, build)
    assert set(found) == {"copes with channels that never change"}
    assert found["copes with channels that never change"].found.startswith("ZeroDivisionError: ")


def test_a_network_whose_gradients_are_all_zero_is_found_out():
    def build(_params, task):
        import keras

        images = keras.Input(task.image_shape)
        values = keras.layers.Dense(task.num_classes)(keras.layers.Flatten()(images))
        return keras.Model(images, keras.ops.sign(values) + 0.1 * values - 0.1 * values)

    assert "gradients reach every trainable variable" in failures(Architecture, build)


def test_an_optimizer_that_passes_biases_over_is_found_out():
    def build(params, _task):
        import keras

        class KernelsOnly(keras.optimizers.SGD):
            def update_step(self, gradient, variable, learning_rate):
                if len(variable.shape) > 1:
                    super().update_step(gradient, variable, learning_rate)

        return KernelsOnly(params.learning_rate)

    found = failures(Optimizer, build, params=OneRate)
    assert set(found) == {"descends"}
    assert found["descends"].found == "one of shape (4,) that stays as it was"


def test_nan_is_told_as_nan():
    def build(_params, _task):
        import tensorflow as tf

        def standardised(images, seeds):
            mean, variance = tf.nn.moments(images, [1, 2, 3], keepdims=True)
            values = (images - mean) / tf.sqrt(variance)  # a white image has no variance
            return tf.clip_by_value(values * uniform(seeds, 0.1, 0.2, shape=(1, 1, 1)) + 0.5, 0.0, 1.0)

        return Pointwise(standardised)

    found = failures(Augmentation, build)
    assert found["keeps the range"].found == "values from nan to nan"
    assert "gives the same for the same seeds" not in found


class Journal:
    """Remembers epochs, for all objects of this class together."""

    epochs: ClassVar[list[int]] = []

    @hookimpl
    def sightkit_epoch_ended(self, epoch):
        self.epochs.append(epoch)

    def state(self):
        return {"epochs": list(self.epochs)}

    def restore(self, state):
        self.epochs[:] = state["epochs"]


def test_what_extensions_share_is_found_out():
    found = failures(Extension, lambda params, task: Journal())
    assert set(found) == {"restores its state"}
    assert found["restores its state"].expected == "a new extension to know nothing of another one's run"

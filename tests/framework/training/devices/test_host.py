"""What building and training ask of the host process."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from sightkit.errors import ConfigError
from sightkit.training.devices.host import keras_global_state, require_tensorflow_backend, seeded_build


def small_model() -> Any:
    layers = [keras.layers.Dense(4), keras.layers.Dropout(0.5), keras.layers.Dense(2)]
    return keras.Sequential([keras.Input((3,)), *layers])


def bits(model: Any) -> list[bytes]:
    return [variable.numpy().tobytes() for variable in model.variables]


def seeded_model(seed: int) -> Any:
    with seeded_build(seed):
        return small_model()


def test_building_twice_with_one_seed_gives_identical_variables_and_names():
    first = seeded_model(5)
    small_model()
    random.random()
    second = seeded_model(5)
    assert bits(first) == bits(second)
    assert [v.path for v in first.variables] == [v.path for v in second.variables]
    assert first.name == second.name


def test_another_seed_gives_other_weights_and_other_dropout():
    first, second = seeded_model(5), seeded_model(6)
    assert bits(first)[0] != bits(second)[0]
    seeds = [model.layers[1].seed_generator.state.numpy().tolist() for model in (first, second)]
    assert seeds[0] != seeds[1]


def test_building_leaves_the_random_state_of_the_host_alone():
    keras.random.normal((1,))  # the host uses Keras' global seed generator
    state = keras_global_state()
    generator = state.get_global_attribute("global_seed_generator")
    before = random.getstate(), np.random.get_state()[1].tolist(), generator.state.numpy().tolist()
    with seeded_build(1):
        small_model()
        keras.random.normal((1,))
        np.random.normal()
    after = random.getstate(), np.random.get_state()[1].tolist(), generator.state.numpy().tolist()
    assert before == after
    assert state.get_global_attribute("global_seed_generator") is generator


def test_building_does_not_count_among_the_names_of_the_host():
    first = keras.layers.Dense(1).name
    seeded_model(1)
    second = keras.layers.Dense(1).name
    assert int(second.removeprefix("dense_")) == int(first.removeprefix("dense_") if "_" in first else 0) + 1


def test_a_name_scope_of_the_host_does_not_reach_inside():
    with keras.name_scope("hosts"):
        scoped = seeded_model(1)
        assert keras.Variable(0.0, name="own").path == "hosts/own"
    assert [v.path for v in scoped.variables] == [v.path for v in seeded_model(1).variables]


def test_types_and_layouts_that_the_host_has_set_do_not_reach_inside():
    def convolution() -> Any:
        with seeded_build(1):
            return keras.Sequential([keras.Input((8, 4, 1)), keras.layers.Conv2D(2, 3), keras.layers.MaxPooling2D()])

    def settings() -> tuple[str, str]:
        return keras.config.floatx(), keras.config.image_data_format()

    expected, before = convolution(), settings()
    keras.config.set_floatx("float64")
    keras.config.set_image_data_format("channels_first")
    try:
        built, left = convolution(), settings()
        with seeded_build(1):
            assert keras.optimizers.SGD(0.1).learning_rate.dtype == "float32"
    finally:
        keras.config.set_floatx(before[0])
        keras.config.set_image_data_format(before[1])
    assert left == ("float64", "channels_first")
    assert built.output_shape == expected.output_shape
    assert bits(built) == bits(expected)


def test_a_graph_of_the_hosts_is_refused_with_the_remedy():
    with tf.Graph().as_default(), pytest.raises(ConfigError, match=r"outside of tf\.function"):
        require_tensorflow_backend()


def test_an_error_while_building_puts_everything_back():
    before = random.getstate()
    with pytest.raises(RuntimeError), seeded_build(1):
        raise RuntimeError
    assert random.getstate() == before


def test_threads_that_build_at_once_get_what_each_would_get_alone():
    alone = {seed: bits(seeded_model(seed)) for seed in range(4)}
    together: dict[int, list[bytes]] = {}
    threads = [
        threading.Thread(target=lambda seed=seed: together.update({seed: bits(seeded_model(seed))}))
        for seed in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone


def test_tensorflow_as_the_backend_is_accepted():
    assert require_tensorflow_backend() is keras


def test_a_backend_that_is_not_installed_is_refused_with_the_remedy():
    program = """
import sys
sys.modules["jax"] = None
from sightkit.errors import ConfigError
from sightkit.training.devices.host import require_tensorflow_backend
try:
    require_tensorflow_backend()
except ConfigError as error:
    print(error)
"""
    output = subprocess.run(
        [sys.executable, "-c", program],
        env={"KERAS_BACKEND": "jax", "PYTHONPATH": ":".join(sys.path), "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "expected Keras on TensorFlow" in output
    assert "set KERAS_BACKEND=tensorflow" in output

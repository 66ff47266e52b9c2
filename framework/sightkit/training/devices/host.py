"""What sightkit asks of the host process: the TensorFlow backend, and builds that leave its random state alone."""

from __future__ import annotations

import random
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, Literal, TypeAlias

from sightkit.errors import ConfigError

Precision: TypeAlias = Literal["auto", "float32", "bfloat16"]
"""What ``precision`` of ``[training]`` may be."""

_BUILD_LOCK = threading.RLock()
_FRESH_KERAS_STATE: dict[str, Callable[[], object]] = {
    "object_name_uids": lambda: defaultdict(int),
    "name_scope_stack": list,
}
_KERAS_SEED_GENERATOR = "global_seed_generator"


@contextmanager
def seeded_build(seed: int) -> Iterator[None]:
    """Make whatever Keras builds inside reproducible, and put the host's state back afterwards.

    Keras draws the default seeds of initialisers, dropout and augmentation layers from Python's `random`, and numbers
    its automatic names from a counter of the thread; both start afresh here, so that building twice gives
    bit-identical weights under equal names. NumPy's legacy generator is treated likewise, for architectures that use
    it. What Keras takes for granted where nobody says otherwise, float32 and channels last, is so inside, whatever the
    host has set. `random` and these belong to the whole process: one lock lets a single thread build at a time.

    Args:
        seed: What to seed with; at least 0 and below 2**32.
    """
    import keras
    import numpy as np

    state, config = keras_global_state(), keras.config
    with _BUILD_LOCK:
        python_state, numpy_state = random.getstate(), np.random.get_state()
        floatx, data_format = config.floatx(), config.image_data_format()
        kept = {name: state.get_global_attribute(name) for name in (*_FRESH_KERAS_STATE, _KERAS_SEED_GENERATOR)}
        try:
            random.seed(seed)
            np.random.seed(seed)
            config.set_floatx("float32")
            config.set_image_data_format("channels_last")
            for name, fresh in _FRESH_KERAS_STATE.items():
                state.set_global_attribute(name, fresh())
            state.set_global_attribute(_KERAS_SEED_GENERATOR, None)
            yield
        finally:
            random.setstate(python_state)
            np.random.set_state(numpy_state)
            config.set_floatx(floatx)
            config.set_image_data_format(data_format)
            for name, value in kept.items():
                state.set_global_attribute(name, value)


@contextmanager
def computing_in(precision: Precision) -> Iterator[None]:
    """Let the layers that are built inside compute in bfloat16 or float32; their weights are float32 in any case.

    bfloat16 has the range of float32: unlike float16 it needs no scaling of the loss, which would have to skip steps.
    """
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16" if wants_bfloat16(precision) else "float32")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def wants_bfloat16(precision: Precision) -> bool:
    """Say whether layers compute in bfloat16; automatically on GPUs of compute capability 8 and above, which have it.

    Source: NVIDIA, "CUDA C++ Programming Guide", on arithmetic instructions by compute capability.
    """
    import tensorflow as tf

    if precision != "auto":
        return precision == "bfloat16"
    details = [tf.config.experimental.get_device_details(gpu) for gpu in tf.config.list_physical_devices("GPU")]
    return bool(details) and all(each.get("compute_capability", (0, 0)) >= (8, 0) for each in details)


def keras_global_state() -> Any:
    """Return Keras' own module of thread-local state; it has no public name."""
    from keras.src.backend.common import global_state

    return global_state


def describe_computing(replicas: int = 1, *, workers: int = 1) -> dict[str, int]:
    """Return how TensorFlow computes here, which decides the last bits of sums; 0 threads are as many as processors."""
    import tensorflow as tf

    return {
        "intra_op_threads": tf.config.threading.get_intra_op_parallelism_threads(),
        "inter_op_threads": tf.config.threading.get_inter_op_parallelism_threads(),
        "replicas": replicas,
        "workers": workers,
    }


def require_tensorflow_backend() -> ModuleType:
    """Return the module ``keras``, having made sure that it runs on TensorFlow, and TensorFlow eagerly.

    Raises:
        ConfigError: Keras runs on another backend, or cannot be imported with the one it was told to use; whatever is
            computed here would only become part of a graph.
    """
    remedy = 'set KERAS_BACKEND=tensorflow, or "backend": "tensorflow" in ~/.keras/keras.json, before importing Keras'
    try:
        import keras
    except ImportError as error:
        message = f"Keras cannot be imported: {error}; expected Keras on TensorFlow; {remedy}"
        raise ConfigError(message) from error
    if (found := keras.backend.backend()) != "tensorflow":
        message = f"Keras runs on {found!r}; expected 'tensorflow'; {remedy}"
        raise ConfigError(message)
    import tensorflow as tf

    if not tf.executing_eagerly():
        message = (
            "TensorFlow makes a graph here; expected eager execution; call sightkit outside of tf.function and "
            "tf.Graph, and leave out tf.compat.v1.disable_eager_execution()"
        )
        raise ConfigError(message)
    return keras  # type: ignore[no-any-return]

"""What belongs to the whole process and only the command line may settle: TensorFlow's logging and memory."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sightkit.experiment.settings import TrainingSettings


def start_tensorflow(training: TrainingSettings) -> None:
    """Import TensorFlow as a command wants it: on the Keras backend that sightkit needs, without its greetings.

    Args:
        training: Says what else of it belongs to the whole process: whether operations are deterministic, and into how
            many devices the processor is divided where there is no GPU.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    with quiet_standard_error():
        import keras  # noqa: F401 - imported here so that what its import prints is kept back too
        import tensorflow as tf

        for device in tf.config.list_physical_devices("GPU"):
            tf.config.experimental.set_memory_growth(device, True)
        if training.deterministic:
            tf.config.experimental.enable_op_determinism()
        if training.replicas and not tf.config.list_physical_devices("GPU"):
            (processor,) = tf.config.list_physical_devices("CPU")
            devices = [tf.config.LogicalDeviceConfiguration() for _ in range(training.replicas)]
            tf.config.set_logical_device_configuration(processor, devices)


def collect_garbage() -> None:
    """Collect garbage from now on: it was off since the process began.

    What is there by now stays, and is never looked through.
    """
    gc.freeze()
    gc.enable()


@contextmanager
def without_scikit_learn() -> Iterator[None]:
    """Keep Keras from importing scikit-learn inside, for its wrappers of that library.

    It makes a sixth of the processor's time that a start of TensorFlow takes, and is for commands that run no plugin:
    nobody else can ask Keras for these wrappers then.
    """
    if "sklearn" in sys.modules:
        yield
        return
    sys.modules["sklearn"] = None  # type: ignore[assignment]  # so Python is told that there is no such module
    try:
        yield
    finally:
        del sys.modules["sklearn"]


@contextmanager
def quiet_standard_error() -> Iterator[None]:
    """Keep back what is written to standard error inside, also from C++; print it if something fails.

    TensorFlow reports on oneDNN and CUDA before it reads any setting that would keep it from doing so.
    """
    with tempfile.TemporaryFile() as kept:
        sys.stderr.flush()
        terminal = os.dup(2)
        os.dup2(kept.fileno(), 2)
        try:
            yield
        except Exception:  # nobody who presses Ctrl-C wants to read it
            os.dup2(terminal, 2)
            kept.seek(0)
            os.write(2, kept.read())
            raise
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)

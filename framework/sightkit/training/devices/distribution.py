"""On what a training is distributed: one device, all devices of a machine, or the machines of a cluster."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import tensorflow as tf

from sightkit.errors import ConfigError
from sightkit.training.devices.cluster import Distribution, cluster_for


def choose_strategy(distribution: Distribution, replicas: int | None) -> tf.distribute.Strategy:
    """Return the strategy of a training; that of the host, if this is in the scope of one.

    Args:
        distribution: What the experiment wants.
        replicas: On how many devices of this machine; ``None`` for all GPUs, or for one device where there is none.

    Raises:
        ConfigError: there are not so many devices, or TensorFlow has been at work too long to join a cluster.
    """
    if tf.distribute.has_strategy() or distribution == "none":
        return tf.distribute.get_strategy()
    if distribution == "multi-worker" or cluster_for(distribution).workers > 1:
        return multi_worker()
    devices = devices_of(replicas)
    if distribution == "auto" and len(devices) == 1:
        return tf.distribute.get_strategy()
    return mirrored(tuple(devices))


@cache
def mirrored(devices: tuple[str, ...]) -> tf.distribute.Strategy:
    """Return the one strategy of this process for some devices.

    Each strategy numbers its collective operations from the same start, and TensorFlow, which knows them by number and
    devices, takes those of a second strategy for the first one's and refuses them where their shapes differ.
    """
    return tf.distribute.MirroredStrategy(devices)


def multi_worker() -> tf.distribute.Strategy:
    """Return the strategy of a cluster; waits for the other machines.

    Raises:
        ConfigError: TensorFlow is at work already in this process.
    """
    try:
        with interruptible():
            return tf.distribute.MultiWorkerMirroredStrategy()
    except RuntimeError as error:
        message = f"training.distribution: {error}; a process that joins a cluster may not use TensorFlow before"
        raise ConfigError(message) from error


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C end the process inside, where TensorFlow waits and Python hears no signal; then all is as before.

    TensorFlow also takes SIGTERM for itself, without saying so.
    """
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    on_main_thread = threading.current_thread() is threading.main_thread()  # else signals are not for us to settle
    if on_main_thread and callable(handlers[signal.SIGINT]):
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        for number, handler in handlers.items():
            if on_main_thread and handler is not None:  # as one is that C has set
                signal.signal(number, handler)


def devices_of(replicas: int | None) -> list[str]:
    """Return the names of the devices to train on.

    Raises:
        ConfigError: there are not so many.
    """
    kind = "GPU" if tf.config.list_logical_devices("GPU") else "CPU"
    devices = [device.name for device in tf.config.list_logical_devices(kind)]
    count = replicas or (len(devices) if kind == "GPU" else 1)
    if count > len(devices):
        message = (
            f"training.replicas: expected at most {len(devices)}, as many as this process has devices ({kind}), found "
            f"{count}"
        )
        raise ConfigError(message)
    return devices[:count]

"""What decides the features of images, as a hash: the name under which they are kept."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightkit.contracts import DatasetTask
from sightkit.experiment.text import written
from sightkit.experiment.uses import uses_in
from sightkit.images.decoding.form import Form
from sightkit.images.store.folder import address_of
from sightkit.runs.data.maker import maker_of, package_digest
from sightkit.runs.record.manifest import describe_use, version_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit.experiment import ExperimentSettings
    from sightkit.images import PreparedData

LAYOUT = 2
"""Changes when what is in the files, or how features are computed here, does."""

PACKAGES = ("sightkit", "tensorflow", "keras", "numpy")


def address(*parts: Any) -> str:
    """Return the name of the features that these parts, which JSON can hold, decide."""
    return hashlib.sha256(json.dumps([LAYOUT, *parts]).encode()).hexdigest()[:32]


def describe_images(settings: ExperimentSettings, data: PreparedData) -> list[Any]:
    """Return what decides the pixels of the images of an experiment, and which row each of them is."""
    height, width, channels = data.image_shape
    images = settings.images
    form = Form(size=(height, width), channels=channels, resize=images.resize, interpolation=images.interpolation)
    maker = maker_of(settings.dataset, DatasetTask(seed=settings.seed))
    return [address_of(data.fingerprint, form, maker), hashlib.sha256(json.dumps(data.ids).encode()).hexdigest()]


def describe_code(settings: ExperimentSettings, role: str) -> list[Any]:
    """Return which code the components in a table of an experiment are."""
    uses = uses_in(role, getattr(settings, role))
    return [[describe_use(at, use), package_digest(use.component.build)] for at, use in uses]


def describe_augmentations(settings: ExperimentSettings) -> list[Any]:
    """Return what decides the augmented views of images, but for their seeds."""
    return [written(settings)["augmentations"], describe_code(settings, "augmentations")]


def describe_arithmetic() -> list[Any]:
    """Return what decides the last bits of a sum here: libraries, processors, threads and devices."""
    import tensorflow as tf

    from sightkit.training.devices.host import describe_computing

    return [
        {name: version_of(name) for name in PACKAGES},
        processor(),
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        describe_computing(),
        [device.name for device in tf.config.list_logical_devices()],
        [str(tf.config.experimental.get_device_details(gpu)) for gpu in tf.config.list_physical_devices("GPU")],
        {name: value for name, value in sorted(os.environ.items()) if name.startswith("TF_ENABLE_")},
    ]


def processor() -> str:
    """Return what the processor is called; kernels are chosen by what it can do."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return f"{platform.machine()} {platform.processor()}"


def digest_of(array: NDArray[Any]) -> str:
    """Return the SHA-256 of numbers."""
    return hashlib.sha256(f"{array.dtype} {array.shape}".encode() + array.tobytes()).hexdigest()

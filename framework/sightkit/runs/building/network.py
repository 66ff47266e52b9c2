"""Building the network of an experiment under its seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sightkit.contracts import ArchitectureTask
from sightkit.runs.building.build import blaming, build, naming
from sightkit.use import Use

if TYPE_CHECKING:
    from sightkit.training.devices.host import Precision
    from sightkit.training.networks.network import Classifier


def build_network(use: Use[Any], task: ArchitectureTask, *, seed: int, precision: Precision = "float32") -> Classifier:
    """Return an untrained model from images to logits and its parts; the same weights for the same seed.

    Raises:
        SightkitError: the architecture refuses the task, failed, or breaks its contract.
    """
    from sightkit.training.devices.host import computing_in, require_tensorflow_backend, seeded_build
    from sightkit.training.networks.network import assemble

    require_tensorflow_backend()
    with seeded_build(seed), computing_in(precision):
        built = build(use, task)
        with blaming(use, "failed while its parts were put together"), naming(use):
            return assemble(built, image_shape=task.image_shape, num_classes=task.num_classes)

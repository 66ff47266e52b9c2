"""Building the network of an experiment under its seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sightkit.contracts import ArchitectureTask
from sightkit.runs.build import blaming, build
from sightkit.use import Use

if TYPE_CHECKING:
    import keras


def build_network(use: Use[Any], task: ArchitectureTask, *, seed: int) -> keras.Model:
    """Return an untrained model from float32 images to float32 logits; the same weights for the same seed.

    Raises:
        SightkitError: the architecture refuses the task, failed, or breaks its contract.
    """
    from sightkit.training.host import require_tensorflow_backend, seeded_build
    from sightkit.training.network import assemble

    require_tensorflow_backend()
    with seeded_build(seed):
        built = build(use, task)
        with blaming(use, "failed while its parts were put together"):
            return assemble(built, image_shape=task.image_shape, num_classes=task.num_classes)

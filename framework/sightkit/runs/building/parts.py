"""The components that training needs, built for the data and under the experiment's seed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from sightkit.contracts import ArchitectureTask, AugmentationTask, LossTask, Mixing
from sightkit.errors import ConfigError, PluginError
from sightkit.experiment import ExperimentSettings
from sightkit.runs.building.build import build_function, build_transform, described
from sightkit.runs.building.network import build_network
from sightkit.use import Use

if TYPE_CHECKING:
    import keras
    import numpy as np
    from numpy.typing import NDArray

    from sightkit.contracts import LossFunction
    from sightkit.images import PreparedData
    from sightkit.training.batches.augment import Augment
    from sightkit.training.devices.replicas import Replicas
    from sightkit.training.networks.layers import Freezing
    from sightkit.training.networks.network import Classifier


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What all stages of a training share.

    Attributes:
        classifier: What is trained.
        freezing: Decides which of its layers are.
        loss: One loss a sample.
        class_weights: What it is multiplied by in training, float32 ``(classes,)``, or ``None``.
        augment: The composed augmentations, or ``None``.
        mixing: The names of those that mix images.
        statistics: What layers measure on each replica for itself.
        replicas: What trains it.
    """

    classifier: Classifier
    freezing: Freezing
    loss: LossFunction
    class_weights: NDArray[np.float32] | None
    augment: Augment | None
    mixing: tuple[str, ...]
    statistics: tuple[keras.Variable, ...]
    replicas: Replicas

    @property
    def model(self) -> keras.Model:
        """From images to logits."""
        return self.classifier.model


def build_parts(settings: ExperimentSettings, data: PreparedData, replicas: Replicas) -> Parts:
    """Build what all stages share, under the experiment's seed, its weights on all replicas.

    Raises:
        SightkitError: a component refuses the task, failed, or breaks its contract.
    """
    from sightkit.training.batches.augment import compose
    from sightkit.training.devices.host import seeded_build
    from sightkit.training.networks.layers import Freezing
    from sightkit.training.steps.class_weights import class_weights
    from sightkit.training.steps.loss import per_sample

    weights = class_weights(settings.training.class_weights, data)
    shape, classes = data.image_shape, data.num_classes
    mean, std = data.channel_statistics()
    network_task = ArchitectureTask(image_shape=shape, num_classes=classes, channel_mean=mean, channel_std=std)
    with replicas.scope():
        classifier = build_network(
            settings.architecture, network_task, seed=settings.seed, precision=settings.training.precision
        )
    if not all(replicas.hold(variable) for variable in classifier.model.variables):
        message = (
            "architecture: the model was built before training began, on one device, and cannot be trained on "
            f'{replicas.count}; hand over a function that builds it, or set training.distribution = "none"'
        )
        raise ConfigError(message)
    if settings.training.precision == "bfloat16" and not computes_in_bfloat16(classifier.model):
        message = (
            'training.precision = "bfloat16": no layer of the model computes so, since it was built or saved with '
            "another precision; hand over a function that builds it, or leave precision out"
        )
        raise ConfigError(message)
    check_finite(settings.architecture, classifier.model)
    replicas.set_seeds_apart(classifier.model)
    with seeded_build(settings.seed):
        loss = build_function(settings.loss, LossTask(num_classes=classes))
        loss = partial(per_sample, loss, whose=described(settings.loss))
        augmentation_task = AugmentationTask(image_shape=shape, num_classes=classes)
        transforms = [build_transform(use, augmentation_task) for use in settings.augmentations]
    return Parts(
        classifier=classifier,
        freezing=Freezing(classifier.model, classifier.network),
        loss=loss,
        class_weights=weights,
        augment=compose(transforms, image_shape=shape) if transforms else None,
        mixing=tuple(
            use.name
            for use, transform in zip(settings.augmentations, transforms, strict=True)
            if isinstance(transform, Mixing)
        ),
        # Asked before anything is frozen, which weights that are trained later would hide among.
        statistics=tuple(each for each in classifier.model.non_trainable_weights if each.dtype == "float32"),
        replicas=replicas,
    )


def check_finite(use: Use[Any], model: keras.Model) -> None:
    """Refuse a model that would be told to have diverged although it never was otherwise.

    Raises:
        PluginError: a variable isn't finite before training begins.
    """
    import numpy as np

    for variable in model.variables:
        if not np.isfinite(variable.numpy()).all():
            message = f"{described(use)} built a model whose variable {variable.path} isn't finite before it is trained"
            raise PluginError(message)


def computes_in_bfloat16(model: keras.Model) -> bool:
    """Say whether any layer of a model does."""
    from sightkit.layers import leaves

    return any(layer.compute_dtype == "bfloat16" for layer in leaves(model))

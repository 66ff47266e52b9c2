"""What every architecture owes: logits from images, weights that its seed decides, and parts that can be frozen."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from sightkit.errors import ConfigError, PluginError, SightkitError
from sightkit.runs.building.saving import save_model
from sightkit.testing.checks.logits import bound_of
from sightkit.testing.checks.networks import (
    CLASSES,
    COUNT,
    SHAPES,
    build_for,
    built_without_contrast,
    first_built,
    grey,
    images_for,
    logits,
    model_of,
    noise,
)
from sightkit.testing.checks.shapes import refused_all
from sightkit.testing.contract import Contract
from sightkit.testing.finding import BrokenContractError, NotApplicableError
from sightkit.testing.subject import Shape, Subject

if TYPE_CHECKING:
    from sightkit.training.networks.network import Classifier

TINY: Shape = (1, 1, 3)
TOLERANCE = 1e-3
"""How far logits of an image may differ, relative to the largest, between a batch of one and a larger one."""


def builds(subject: Subject) -> None:
    """It builds a Network or a Keras model that gives one float32 logit a class."""
    try:
        first_built(subject)
    except ConfigError as error:
        raise refused_all(subject, SHAPES, "a network for", error) from error
    except SightkitError as error:
        raise BrokenContractError(
            expected=f"a network for images of one of the shapes {', '.join(map(str, subject.shapes(SHAPES)))}",
            found=str(error),
            remedy="build for task.image_shape and task.num_classes, the last layer with dtype float32 and without an "
            "activation; raise sightkit.BuildError for images that are too small; if its parameters are why (weights "
            "to download), give an example without",
        ) from error


def makes_finite_logits(subject: Subject) -> None:
    """What it gives are finite numbers."""
    if not np.isfinite(logits(subject)).all():
        raise BrokenContractError(
            expected="finite logits from images in [0, 1] and initial weights",
            found=str(logits(subject)[0].tolist()),
            remedy="guard divisions and logarithms, and scale images inside the model",
        )


def gives_logits_and_not_probabilities(subject: Subject) -> None:
    """Its rows do not sum to one, and nothing bounds them: losses and metrics apply the softmax themselves."""
    made, classifier = logits(subject), first_built(subject).classifier
    if made.min() >= 0 and np.allclose(made.sum(axis=1), 1.0, atol=1e-4):
        raise BrokenContractError(
            expected="logits",
            found=f"rows from 0 to 1 that sum to 1, such as {np.round(made[0], 4).tolist()}",
            remedy="leave out the softmax at the end",
        )
    last = classifier.model if classifier.network is None else classifier.network.head
    if bound := bound_of(classifier.model, last, images_for(subject)):
        raise BrokenContractError(
            expected="logits, which may be any number",
            found=f"numbers {bound}, whatever the weights of its last layer",
            remedy="leave out the activation at the end, such as a ReLU, a sigmoid or a tanh: it keeps a network from "
            "being sure, and from learning where it is flat",
        )


def copes_with_channels_that_never_change(subject: Subject) -> None:
    """Built for images whose channels never change, with a channel_std of 0, it gives finite logits."""
    expected = "finite logits where task.channel_std is 0, as for a channel that is black in all images"
    remedy = "divide by (std or 1.0)"
    built, shape = built_without_contrast(subject), grey(subject)
    if isinstance(built, SightkitError):  # for its shape, perhaps
        shape = first_built(subject).shape
        try:
            built = build_for(subject, shape, std=0.0)
        except ConfigError:
            return
        except SightkitError as error:
            raise BrokenContractError(expected=expected, found=str(error), remedy=remedy) from error
    if not np.isfinite(built.model(noise(shape), training=False).numpy()).all():
        raise BrokenContractError(expected=expected, found="infinities or nan", remedy=remedy)


def builds_at_other_shapes_or_refuses_clearly(subject: Subject) -> None:
    """For grey images that are not square, and for images of one pixel, it builds or raises a BuildError."""
    failed = isinstance(built_without_contrast(subject), PluginError)  # for its shape, perhaps
    for shape in (grey(subject), TINY) if failed else (TINY,):
        try:
            build_for(subject, shape)
        except ConfigError:
            continue
        except SightkitError as error:
            raise BrokenContractError(
                expected=f"a network for images of shape {shape}, or a BuildError that says what it needs",
                found=str(error),
                remedy='look at task.image_shape first: raise BuildError("mine needs images of at least 8 pixels")',
            ) from error


def is_built_alike_under_a_seed(subject: Subject) -> None:
    """Built again under the same seed, it is another network that has bit for bit the same weights."""
    from sightkit.training.state.variables import weights_digest

    first = first_built(subject)
    again = build_for(subject, first.shape).model
    if {id(each) for each in again.variables} & {id(each) for each in first.classifier.model.variables}:
        raise BrokenContractError(
            expected="a new network from each build",
            found="one that shares its weights with the first",
            remedy="keep no layer and no model from one build to the next: what one run trains would be another's",
        )
    if weights_digest(again) != first.digest:
        raise BrokenContractError(
            expected="the same weights from the same seed",
            found="different ones",
            remedy="use Keras' initialisers as they are, without seeds of your own from NumPy or the clock: sightkit "
            "seeds them",
        )


def gradients_reach_every_trainable_variable(subject: Subject) -> None:
    """The loss depends on every variable that training is to change."""
    import tensorflow as tf

    model = model_of(subject)
    variables = model.trainable_variables
    if not variables:
        reason = "nothing in it is trained"
        raise NotApplicableError(reason)
    with tf.GradientTape() as tape:
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(
            np.arange(COUNT) % CLASSES, model(images_for(subject), training=True)
        )
    gradients = tape.gradient(loss, [each.value for each in variables])
    if cut := [each.path for each, gradient in zip(variables, gradients, strict=True) if gradient is None]:
        raise BrokenContractError(
            expected=f"a gradient for each of {len(variables)} trainable variables",
            found=f"none for {', '.join(cut[:5])}{' and more' if len(cut) > 5 else ''}",
            remedy="use what every layer makes, without stop_gradient, rounding or argmax; set trainable=False on what "
            "is to stay",
        )
    if not any(np.any(tf.convert_to_tensor(gradient)) for gradient in gradients):
        raise BrokenContractError(
            expected="a gradient that is not zero",
            found=f"zeros for all of {len(variables)} trainable variables",
            remedy="multiply nothing by zero, and use no step such as a sign behind the last layer",
        )


def frozen_stays_frozen(subject: Subject) -> None:
    """What a stage freezes is not changed by a step of training, statistics of batches among it."""
    from sightkit.training.networks.layers import Freezing

    classifier = first_built(subject).classifier
    freezing = Freezing(classifier.model, classifier.network)
    word, frozen = what_to_freeze(classifier)
    freezing.apply(word)
    try:
        before = [variable.numpy() for variable in frozen]
        model = classifier.with_frozen_backbone()
        model(images_for(subject), training=True)
        trained = {id(variable) for variable in model.trainable_variables}
        changed = [
            variable.path
            for variable, value in zip(frozen, before, strict=True)
            if id(variable) in trained or not np.array_equal(variable.numpy(), value)
        ]
    finally:
        freezing.apply("none")
    if changed:
        raise BrokenContractError(
            expected=f'nothing to change that freeze = "{word}" freezes',
            found=f"{', '.join(changed[:5])} changed, or would be trained",
            remedy="let layers heed trainable and training: update statistics only if training and self.trainable",
        )


def what_to_freeze(classifier: Classifier) -> tuple[str, list[Any]]:
    """Return what a stage would freeze and the variables in it; seeds of dropout go on wherever it is."""
    from sightkit.layers import leaves

    if classifier.network is not None:
        parts = [classifier.network.backbone, classifier.network.pooling]
        return "backbone", floats(variable for part in parts for variable in part.variables)
    layers = list(leaves(classifier.model))
    last = max((number for number, layer in enumerate(layers) if layer.trainable_variables), default=0)
    if last == 0:
        reason = "it has no layer below its last one"
        raise NotApplicableError(reason)
    return f"below:{layers[last].name}", floats(variable for layer in layers[:last] for variable in layer.variables)


def floats(variables: Any) -> list[Any]:
    """Return the variables of floating-point numbers."""
    return [variable for variable in variables if str(variable.dtype).startswith(("float", "bfloat"))]


def judges_each_image_by_itself(subject: Subject) -> None:
    """Outside of training, an image has the same logits alone as among others."""
    together = logits(subject)
    alone = model_of(subject)(images_for(subject)[:1], training=False).numpy()[0]
    if (difference := float(np.abs(alone - together[0]).max())) > TOLERANCE * max(1.0, float(np.abs(together).max())):
        raise BrokenContractError(
            expected="the same logits of an image in every batch",
            found=f"a difference of {difference:.3g} between alone and among {COUNT}",
            remedy="use statistics of the batch only if training: pass training on to the layers that have them",
        )


def saves_and_loads(subject: Subject) -> None:
    """Saved to a file and loaded again, without running code from it, it gives bit for bit the same logits."""
    import keras

    with TemporaryDirectory(prefix="sightkit-") as folder:
        path = Path(folder) / "model.keras"
        try:
            save_model(path, model_of(subject))
            loaded = keras.saving.load_model(path, compile=False, safe_mode=True)
        except Exception as error:
            raise BrokenContractError(
                expected="a model that Keras can save and load",
                found=" ".join(str(error).split())[:300],
                remedy='put @keras.saving.register_keras_serializable(package="acme") above layers of your own and '
                "give them get_config; use no Lambda",
            ) from error
        found = loaded(images_for(subject), training=False).numpy()
    if not np.array_equal(found, logits(subject)):
        raise BrokenContractError(
            expected="the same logits from the model in the file",
            found=f"a difference of {float(np.abs(found - logits(subject)).max()):.3g}",
            remedy="make what a layer keeps a weight (add_weight), and return all its arguments from get_config",
        )


CONTRACT = Contract(
    first=(builds, makes_finite_logits),
    then=(
        gives_logits_and_not_probabilities,
        copes_with_channels_that_never_change,
        builds_at_other_shapes_or_refuses_clearly,
        is_built_alike_under_a_seed,
        judges_each_image_by_itself,
        saves_and_loads,
        frozen_stays_frozen,
        gradients_reach_every_trainable_variable,
    ),
)

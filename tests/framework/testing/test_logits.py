"""Whether logits may be any number: what bounds them at the end of a network, and what only looks like it."""

from __future__ import annotations

import pytest

from sightkit import Architecture, Params, Registry
from sightkit.testing import Outcome
from sightkit.testing.conformance import of_component
from sightkit.use import Found

CHECK = "gives logits and not probabilities"


class Nothing(Params):
    """No parameters."""


def features(images):
    import keras

    maps = keras.layers.Conv2D(8, 3, activation="relu", padding="same")(images)
    return keras.layers.GlobalAveragePooling2D()(maps)


def ending(end, **dense):
    """Return the build of a network with something behind its last layer."""

    def build(_params, task):
        import keras

        images = keras.Input(task.image_shape)
        return keras.Model(images, end(keras.layers.Dense(task.num_classes, **dense)(features(images))))

    return build


def relu(logits):
    import keras

    return keras.ops.relu(logits)


def clipped_and_scaled(logits):
    import keras

    return 3.0 * keras.ops.clip(logits, -1.0, 1.0)


def sigmoid_by_hand(logits):
    import keras

    return 1.0 / (1.0 + keras.ops.exp(-logits))


def softly_capped(logits):
    import keras

    return 30.0 * keras.ops.tanh(logits / 30.0)


def log_softmax(logits):
    import keras

    return keras.ops.log_softmax(logits)


def as_they_are(logits):
    return logits


def cosines(_params, task):
    import keras

    class Cosine(keras.layers.Layer):
        def build(self, shape):
            self.kernel = self.add_weight(shape=(shape[-1], task.num_classes))
            self.log_scale = self.add_weight(shape=(), initializer="ones")

        def call(self, values):
            normalize = keras.ops.normalize
            return keras.ops.exp(self.log_scale) * normalize(values) @ normalize(self.kernel, axis=0)

    images = keras.Input(task.image_shape)
    return keras.Model(images, Cosine()(keras.layers.Dense(9)(features(images))))


def distances(_params, task):
    import keras

    class Distance(keras.layers.Layer):
        def build(self, shape):
            self.prototypes = self.add_weight(shape=(task.num_classes, shape[-1]))

        def call(self, values):
            return -keras.ops.sum((values[:, None] - self.prototypes) ** 2, axis=-1)

    images = keras.Input(task.image_shape)
    return keras.Model(images, Distance()(features(images)))


def squeezed(_params, task):
    import keras

    images = keras.Input(task.image_shape)
    maps = keras.layers.Conv2D(task.num_classes, 1, activation="relu")(images)
    return keras.Model(images, keras.layers.GlobalAveragePooling2D()(maps))


def finding_about(build):
    architecture = Architecture(name="mine", summary="Mine.", params=Nothing, build=build)
    examination = of_component(Found(architecture, "mine", "here"), [], Registry())
    (check,) = (each for each in examination.checks if each.name == CHECK)
    return examination.finding(check)


@pytest.mark.parametrize(
    ("build", "bound"),
    [
        (ending(as_they_are, activation="relu"), "never below 0"),
        (ending(relu, kernel_initializer="zeros"), "never below 0"),
        (ending(as_they_are, activation="tanh"), "between -1 and 1"),
        (ending(sigmoid_by_hand), "between 0 and 1"),
        (ending(clipped_and_scaled), "between -3 and 3"),
    ],
    ids=["relu", "relu-on-zeros", "tanh", "sigmoid-by-hand", "clipped"],
)
def test_what_bounds_logits_is_caught(build, bound):
    finding = finding_about(build)
    assert finding.outcome is Outcome.FAILED
    assert finding.found == f"numbers {bound}, whatever the weights of its last layer"
    assert finding.remedy.startswith("leave out the activation at the end")


@pytest.mark.parametrize(
    "build",
    [
        ending(as_they_are, kernel_initializer="zeros"),
        ending(lambda logits: 1e-4 * logits),
        ending(softly_capped),
        ending(log_softmax),
        cosines,
        distances,
        squeezed,
    ],
    ids=["zeros", "small", "softly-capped", "log-softmax", "cosines", "distances", "relu-before-a-mean"],
)
def test_logits_that_are_small_or_scaled_or_of_one_sign_are_fair(build):
    assert finding_about(build).outcome is Outcome.PASSED


def test_the_weights_are_as_they_were():
    from sightkit.testing.checks.architecture import CONTRACT
    from sightkit.testing.checks.networks import first_built
    from sightkit.testing.subject import Subject
    from sightkit.training.state.variables import weights_digest

    architecture = Architecture(name="mine", summary="Mine.", params=Nothing, build=ending(as_they_are))
    subject = Subject(Found(architecture, "mine", "here"), {}, Registry())
    for check in (*CONTRACT.first, CONTRACT.then[0]):
        check(subject)
    built = first_built(subject)
    assert weights_digest(built.classifier.model) == built.digest

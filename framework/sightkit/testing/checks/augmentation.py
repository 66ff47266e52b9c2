"""What every augmentation owes: a pure function of images and seeds that keeps what images and labels are."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from sightkit.contracts import AugmentationTask, Geometric, Mixing, Transform
from sightkit.errors import ConfigError, SightkitError
from sightkit.runs.building.build import build_transform
from sightkit.testing.checks.shapes import refused_all
from sightkit.testing.contract import Contract
from sightkit.testing.finding import BrokenContractError, NotApplicableError
from sightkit.testing.subject import Shape, Subject
from sightkit.testing.threads import called_at_once
from sightkit.training.batches.augment import compose

if TYPE_CHECKING:
    import tensorflow as tf
    from numpy.typing import NDArray

Batch: TypeAlias = "tuple[tf.Tensor, tf.Tensor, tf.Tensor]"
"""Images, labels and seeds."""

Result: TypeAlias = "tuple[NDArray[np.float32], NDArray[np.float32]]"
"""Images and labels."""

SHAPES: tuple[Shape, ...] = ((16, 11, 3), (13, 18, 1), (224, 224, 3))
"""The first that an augmentation accepts is what it is looked at with: the smallest costs least."""
COUNT, CLASSES = 24, 3
TOLERANCE = 1e-5
"""How far the same operations may differ when they are compiled, or made in another order."""
THREADS = 4
OTHER_SEEDS = 5
"""How many sets of seeds an augmentation may answer alike before it is said to pass them over."""

FROM_SEEDS = "draw with sightkit.uniform(seeds, ...), and keep nothing from one call to the next"


@cache
def batch(shape: Shape) -> Batch:
    """Return images of a shape, white, black and noise among them, with labels and seeds."""
    import tensorflow as tf

    images = np.random.default_rng(3).random((COUNT, *shape), np.float32)
    images[: COUNT // 8], images[COUNT // 8 : COUNT // 4] = 1.0, 0.0
    seeds = np.stack([np.arange(COUNT) * 7 - 20, np.full(COUNT, 5)], axis=1).astype(np.int32)
    return tf.constant(images), tf.one_hot(np.arange(COUNT) % CLASSES, CLASSES), tf.constant(seeds)


def built(subject: Subject, shape: Shape) -> Transform | ConfigError:
    """Return what is built for a shape of images, or the error in which the augmentation refuses it."""

    def make() -> Transform | ConfigError:
        try:
            return build_transform(subject.use, AugmentationTask(image_shape=shape, num_classes=CLASSES))
        except ConfigError as error:
            return error

    return subject.once(("transform", shape), make)


def shape_of(subject: Subject) -> Shape:
    """Return the shape of images that the augmentation is looked at with: the first that it does not refuse."""
    return next(shape for shape in subject.shapes(SHAPES) if not isinstance(built(subject, shape), ConfigError))


def augmented(subject: Subject, data: Batch) -> Result:
    """Return images and labels as training gets them: put together by the core, compiled, for batches of any size."""
    import tensorflow as tf

    def compiled() -> Any:
        shape = shape_of(subject)
        augment = compose([transform(subject)], image_shape=shape)
        specs = [tf.TensorSpec((None, *shape)), tf.TensorSpec((None, CLASSES)), tf.TensorSpec((None, 2), tf.int32)]
        return tf.function(augment, input_signature=specs, autograph=False)

    images, labels = subject.once("compiled", compiled)(*data)
    return images.numpy(), labels.numpy()


def plain(subject: Subject) -> Result:
    """Return what becomes of the batch, computed once."""
    return subject.once("plain", lambda: augmented(subject, batch(shape_of(subject))))


def transform(subject: Subject) -> Transform:
    """Return the augmentation itself."""
    made = built(subject, shape_of(subject))
    assert not isinstance(made, ConfigError)
    return made


def same(one: Result, other: Result) -> bool:
    """Say whether two results are equal bit for bit; nan is like nan, and another check's."""
    return all(np.array_equal(left, right, equal_nan=True) for left, right in zip(one, other, strict=True))


def builds(subject: Subject) -> None:
    """It builds one of the three forms for images of some shapes, and refuses the others with a BuildError."""
    try:
        forms = [built(subject, shape) for shape in subject.shapes(SHAPES)]
    except SightkitError as error:
        raise BrokenContractError(
            expected="Pointwise, Geometric or Mixing, or a BuildError that says which images it takes",
            found=str(error),
            remedy="return one of the three forms from build, and raise sightkit.BuildError for images that don't fit",
        ) from error
    refusals = [form for form in forms if isinstance(form, ConfigError)]
    if len(refusals) == len(forms):
        raise refused_all(subject, SHAPES, "an augmentation of", refusals[-1])


def works_compiled(subject: Subject) -> None:
    """Compiled without AutoGraph, for batches of any size, it gives float32 of the shape of its images."""
    try:
        plain(subject)
    except Exception as error:
        raise BrokenContractError(
            expected=f"float32 of shape (batch, {', '.join(map(str, shape_of(subject)))}) from a compiled function",
            found=f"{type(error).__name__}: {' '.join(str(error).split())}",
            remedy="return the dtype and shape that came in; choose between tensors with tf.where or tf.cond, not with "
            "Python's if; take the size of the batch from tf.shape",
        ) from error


def does_the_same_uncompiled(subject: Subject) -> None:
    """Compiled and called as it is, it gives the same."""
    augment = compose([transform(subject)], image_shape=shape_of(subject))
    for eager, compiled in zip(augment(*batch(shape_of(subject))), plain(subject), strict=True):
        if (difference := float(np.abs(eager.numpy() - compiled).max())) > TOLERANCE:
            raise BrokenContractError(
                expected="the same result from the compiled function",
                found=f"a difference of {difference:.2g}",
                remedy=f"what Python computes is computed once, when the function is compiled: {FROM_SEEDS}",
            )


def keeps_the_range(subject: Subject) -> None:
    """Images are finite and stay between 0 and 1, before anything is clipped."""
    made, (images, labels, seeds) = transform(subject), batch(shape_of(subject))
    match made:
        case Geometric():
            values = made.matrices(seeds).numpy()
            low, high = -np.inf, np.inf
        case Mixing():
            values, (low, high) = made.apply(images, labels, seeds)[0].numpy(), (0.0, 1.0)
        case _:
            values, (low, high) = made.apply(images, seeds).numpy(), (0.0, 1.0)
    if not np.isfinite(values).all() or values.min() < low - TOLERANCE or values.max() > high + TOLERANCE:
        raise BrokenContractError(
            expected="finite values" if isinstance(made, Geometric) else "values from 0 to 1",
            found=f"values from {values.min():.4g} to {values.max():.4g}",
            remedy="end with tf.clip_by_value(images, 0.0, 1.0), or scale so that nothing leaves the range",
        )


def labels_still_sum_to_one(subject: Subject) -> None:
    """The labels of mixed images have no negative shares, and sum to one."""
    if not isinstance(transform(subject), Mixing):
        reason = "it does not touch labels"
        raise NotApplicableError(reason)
    _, labels = plain(subject)
    sums = labels.sum(axis=1)
    if labels.min() < -TOLERANCE or np.abs(sums - 1).max() > TOLERANCE:
        worst = float(sums[np.abs(sums - 1).argmax()])
        raise BrokenContractError(
            expected="labels of at least 0 that sum to 1",
            found=f"a smallest label of {labels.min():.4g} and a sum of {worst:.4g}",
            remedy="mix labels by the shares of the images: share * labels + (1 - share) * other_labels",
        )


def gives_the_same_for_the_same_seeds(subject: Subject) -> None:
    """The same images and seeds give the same result, however often it was called before."""
    again = augmented(subject, batch(shape_of(subject)))
    if not same(plain(subject), again):
        raise BrokenContractError(
            expected="the same result for the same images and seeds",
            found="another one the second time",
            remedy=FROM_SEEDS,
        )


def draws_from_its_seeds(subject: Subject) -> None:
    """Other seeds give another result."""
    images, labels, seeds = batch(shape_of(subject))
    for number in range(1, OTHER_SEEDS + 1):
        other = augmented(subject, (images, labels, seeds + 1000 * number))
        if not same(plain(subject), other):
            return
    raise BrokenContractError(
        expected="another result for other seeds",
        found=f"the same one for {OTHER_SEEDS + 1} sets of seeds",
        remedy="draw with sightkit.uniform(seeds, ...); what is not random belongs into the architecture, which sees "
        "test images too; if its parameters are why, give an example that changes something",
    )


def does_not_see_the_rest_of_the_batch(subject: Subject) -> None:
    """An image is changed alike whatever batch it is in, alone as well: how a batch is divided changes nothing."""
    if isinstance(transform(subject), Mixing):
        reason = "it mixes the images of a batch"
        raise NotApplicableError(reason)
    data = batch(shape_of(subject))
    whole, _ = plain(subject)
    for low, high in pairwise([0, 1, 8, COUNT]):
        images, labels, seeds = data
        part, _ = augmented(subject, (images[low:high], labels[low:high], seeds[low:high]))
        if not np.array_equal(part, whole[low:high], equal_nan=True):
            raise BrokenContractError(
                expected="an image to be changed alike in every batch",
                found=f"images {low} to {high - 1} come out differently without the others",
                remedy="use each image's own seeds and no mean, order or size of the batch; draw with sightkit.uniform",
            )


def takes_a_batch_of_one(subject: Subject) -> None:
    """A batch of one image comes out as one image, finite and with its label."""
    images, labels, seeds = batch(shape_of(subject))
    made = augmented(subject, (images[-1:], labels[-1:], seeds[-1:]))
    if made[0].shape != (1, *shape_of(subject)) or not all(np.isfinite(each).all() for each in made):
        raise BrokenContractError(
            expected=f"one finite image of shape {shape_of(subject)}",
            found=f"shape {made[0].shape}, {np.isfinite(made[0]).mean():.0%} of it finite",
            remedy="divide by nothing that is zero for a batch of one, and squeeze no axis of size one",
        )


def is_safe_in_threads(subject: Subject) -> None:
    """Called from several threads at once, it gives what it gives alone."""
    images, labels, seeds = batch(shape_of(subject))
    batches = [(images, labels, seeds + 1000 * number) for number in range(THREADS)]
    alone = [augmented(subject, each) for each in batches]
    together = called_at_once(lambda each: augmented(subject, each), batches, threads=THREADS)
    if not all(map(same, alone, together)):
        raise BrokenContractError(
            expected="the same result from every thread",
            found=f"different ones when {THREADS} threads call it at once",
            remedy=FROM_SEEDS,
        )


CONTRACT = Contract(
    first=(builds, works_compiled, gives_the_same_for_the_same_seeds),
    then=(
        does_the_same_uncompiled,
        keeps_the_range,
        labels_still_sum_to_one,
        draws_from_its_seeds,
        does_not_see_the_rest_of_the_batch,
        takes_a_batch_of_one,
        is_safe_in_threads,
    ),
)

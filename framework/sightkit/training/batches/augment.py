"""From a list of augmentations to one function on batches, with neighbouring geometric ones interpolated once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from sightkit.contracts import Fill, Geometric, Mixing, Pointwise, Transform
from sightkit.errors import PluginError
from sightkit.training.batches.draws import fold

if TYPE_CHECKING:
    import tensorflow as tf

Augment: TypeAlias = "Callable[[tf.Tensor, tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]"
"""``(images, labels, seeds) -> (images, labels)``; shapes and ranges as in `Mixing`."""


@dataclass(frozen=True, slots=True)
class Place:
    """A transform and its place in the list, which sets its draws apart from its neighbours'."""

    index: int
    transform: Transform


def compose(transforms: Sequence[Transform], *, image_shape: tuple[int, int, int]) -> Augment:
    """Return one function that applies ``transforms``, the first listed first.

    Geometric neighbours whose fills agree become a single bilinear interpolation, so that an image is blurred once.
    Every transform draws from seeds of its own, derived from the image's and its place in the list.

    Args:
        transforms: What the augmentations built.
        image_shape: ``(height, width, channels)``.

    Returns:
        ``(images, labels, seeds) -> (images, labels)``: images float32 ``(batch, *image_shape)`` in [0, 1] both ways,
        labels float32 ``(batch, classes)``, seeds int32 ``(batch, 2)``.

    Raises:
        PluginError: a transform is none of the three forms; or, when the result is traced, it returns something else
            than its form promises.
    """
    groups = group([Place(index, transform) for index, transform in enumerate(transforms)])

    def augment(images: tf.Tensor, labels: tf.Tensor, seeds: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        import tensorflow as tf

        for places in groups:
            images, labels = apply(places, images, labels, seeds, image_shape)
            images = tf.clip_by_value(images, 0.0, 1.0)
        return images, labels

    return augment


def group(places: Sequence[Place]) -> list[list[Place]]:
    """Return the places in order, geometric neighbours with compatible fills together."""
    groups: list[list[Place]] = []
    for place in places:
        if not isinstance(place.transform, Pointwise | Geometric | Mixing):
            message = f"augmentations.{place.index} built {place.transform!r}; expected Pointwise, Geometric or Mixing"
            raise PluginError(message)
        if groups and joins(groups[-1], place.transform):
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups


def joins(places: Sequence[Place], transform: Transform) -> bool:
    """Say whether ``transform`` can share the interpolation of ``places``."""
    transforms = [*(place.transform for place in places), transform]
    if not all(isinstance(each, Geometric) for each in transforms):
        return False
    fills = {each.fill for each in transforms if isinstance(each, Geometric)} - {None}
    return len(fills) <= 1


def apply(
    places: Sequence[Place],
    images: tf.Tensor,
    labels: tf.Tensor,
    seeds: tf.Tensor,
    image_shape: tuple[int, int, int],
) -> tuple[tf.Tensor, tf.Tensor]:
    """Apply one group: one pointwise or mixing transform, or geometric neighbours."""
    first = places[0]
    match first.transform:
        case Pointwise():
            images = first.transform.apply(images, fold(seeds, first.index))
        case Mixing():
            classes = labels.shape[-1]
            images, labels = first.transform.apply(images, labels, fold(seeds, first.index))
            labels = checked(labels, (classes,), f"augmentations.{first.index}, its labels")
        case Geometric():
            images = move(places, images, seeds, image_shape)
    return checked(images, image_shape, f"augmentations.{first.index}, its images"), labels


def move(places: Sequence[Place], images: tf.Tensor, seeds: tf.Tensor, image_shape: tuple[int, int, int]) -> tf.Tensor:
    """Interpolate ``images`` once, moved by all of ``places``."""
    import tensorflow as tf

    height, width, _ = image_shape
    x, y = (width - 1) / 2, (height - 1) / 2
    matrices = tf.constant([[[1.0, 0.0, x], [0.0, 1.0, y], [0.0, 0.0, 1.0]]])  # the operation counts from the corner
    to_centre = tf.constant([[[1.0, 0.0, -x], [0.0, 1.0, -y], [0.0, 0.0, 1.0]]])
    fill: Fill = "nearest"  # where nobody looks outside, rounding still may, by a millionth of a pixel
    for place in places:
        assert isinstance(place.transform, Geometric)
        fill = place.transform.fill or fill
        rows = place.transform.matrices(fold(seeds, place.index))
        rows = checked(rows, (8,), f"augmentations.{place.index}, its matrices")
        # Matrices map output to input: the transform that comes first is the last to act on a point.
        matrices = matrices @ tf.reshape(tf.pad(rows, [[0, 0], [0, 1]], constant_values=1.0), (-1, 3, 3))
    rows = tf.reshape(matrices @ to_centre, (-1, 9))
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=rows[:, :8] / rows[:, 8:],
        output_shape=tf.constant([height, width]),
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode=fill.upper(),
    )


def checked(value: tf.Tensor, shape: tuple[int | None, ...], what: str) -> tf.Tensor:
    """Return what a plugin made, float32 ``(batch, *shape)``.

    Raises:
        PluginError: it is something else.
    """
    import tensorflow as tf

    expected = (None, *shape)
    if getattr(value, "dtype", None) != tf.float32 or not value.shape.is_compatible_with(expected):
        message = f"{what}: expected float32 of shape (batch, {', '.join(map(str, shape))}), found {value!r}"
        raise PluginError(message)
    return tf.ensure_shape(value, expected)

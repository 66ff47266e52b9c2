"""A preview: training images beside what the augmentations of an experiment make of them, epoch by epoch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sightkit.contracts import AugmentationTask, Mixing
from sightkit.experiment import ExperimentSettings
from sightkit.runs.building.build import build_transform
from sightkit.runs.building.stages import build_plan

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    from sightkit.images import PreparedData
    from sightkit.images.sheets.sheet import Picture
    from sightkit.training.batches.plan import Plan

IMAGES = 8
EPOCHS = 7
SIDE = 112
LEAST_SHARE = 0.05
"""A class that is less of a soft label is not written below the picture."""
MOST_SHARES = 3


def draw_preview(settings: ExperimentSettings, data: PreparedData) -> Image.Image:
    """Return a sheet with a row for each of the first images of training: as prepared, and as each epoch has it.

    Seeds, order and batches are those of training. Without augmentations it shows prepared images alone.

    Raises:
        SightkitError: an augmentation refuses the task, failed, or breaks its contract.
    """
    import numpy as np

    from sightkit.images.sheets.sheet import Picture, Row, draw_sheet

    plan = build_plan(settings, data)
    # Balanced sampling may draw an image several times.
    rows = np.array(list(dict.fromkeys(plan.batch(0).rows[0].tolist()))[:IMAGES], np.int64)
    names = ", ".join(use.label or use.name for use in settings.augmentations)
    if not names:
        pictures = [[Picture(pixels)] for pixels in data.images[rows]]
        note, headings = "the experiment has no augmentations: training sees the images as they are prepared", []
    else:
        pictures = augmented_pictures(settings, plan, rows)
        note = f"augmentations: {names}"
        headings = ["prepared", *(f"epoch {epoch}" for epoch in range(1, EPOCHS + 1))]
    sheet_rows = [
        Row(data.classes[data.labels[row]], data.ids[row], each) for row, each in zip(rows, pictures, strict=True)
    ]
    return draw_sheet(
        sheet_rows, title=f"{settings.name}: what the model sees", note=note, headings=headings, side=SIDE
    )


def augmented_pictures(settings: ExperimentSettings, plan: Plan, rows: NDArray[np.int64]) -> list[list[Picture]]:
    """Return the pictures of each of ``rows``: as prepared, then those of epoch 1, 2, ...

    A place stays empty where balanced sampling leaves an image out of an epoch; of several times the first is shown.
    """
    import numpy as np
    import tensorflow as tf

    from sightkit.images.sheets.sheet import Picture
    from sightkit.training.batches.augment import compose
    from sightkit.training.devices.host import require_tensorflow_backend, seeded_build

    require_tensorflow_backend()
    data = plan.data
    task = AugmentationTask(image_shape=data.image_shape, num_classes=data.num_classes)
    with seeded_build(settings.seed):
        transforms = [build_transform(use, task) for use in settings.augmentations]
    # Then what becomes of an image depends on the others of its batch.
    mixed = any(isinstance(transform, Mixing) for transform in transforms)
    augment = tf.function(compose(transforms, image_shape=data.image_shape), autograph=False, reduce_retracing=True)
    pictures = [[Picture(pixels)] for pixels in data.images[rows]]
    for epoch in range(1, EPOCHS + 1):
        found: dict[int, Picture] = {}
        for chosen, seeds in batches_with(plan, rows, epoch, whole=mixed):
            images = tf.cast(data.images[chosen], tf.float32) / 255.0
            labels = tf.one_hot(data.labels[chosen], data.num_classes)
            images, labels = (each.numpy() for each in augment(images, labels, seeds))
            for row, image, label in zip(chosen.tolist(), images, labels, strict=True):
                pixels = np.rint(image * 255).astype(np.uint8)
                found.setdefault(row, Picture(pixels, soft_label(label, data.classes) if mixed else ()))
        for row, each in zip(rows.tolist(), pictures, strict=True):
            each.append(found.get(row, Picture(None, ("not drawn",))))
    return pictures


def batches_with(
    plan: Plan, rows: NDArray[np.int64], epoch: int, *, whole: bool
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int32]]]:
    """Yield the batches of an epoch that have any of ``rows``, with the seeds of their images.

    Args:
        plan: The batches of the training.
        rows: The images that are wanted.
        epoch: Counted from 1.
        whole: Whether batches are wanted whole; otherwise only the images that are wanted, in one piece.
    """
    import numpy as np

    wanted = []
    for batches in plan.epoch(epoch):
        hits = np.isin(batches.rows, rows)
        if whole:
            for batch in np.flatnonzero(hits.any(axis=1)):
                yield batches.rows[batch].astype(np.int64), batches.seeds[batch]
        else:
            wanted.append((batches.rows[hits].astype(np.int64), batches.seeds[hits]))
    if wanted:
        chosen, seeds = (np.concatenate(each) for each in zip(*wanted, strict=True))
        yield chosen, seeds


def soft_label(label: NDArray[np.float32], classes: tuple[str, ...]) -> tuple[str, ...]:
    """Return a label in words, a line for each class that has a share of it: ``("0.7 cat", "0.3 dog")``."""
    shares = sorted(enumerate(label.tolist()), key=lambda each: -each[1])
    return tuple(f"{share:.1f} {classes[index]}" for index, share in shares[:MOST_SHARES] if share >= LEAST_SHARE)

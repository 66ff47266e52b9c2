"""What every augmentation that ships with sightkit owes: the rules of its contract, whatever it does to images."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from sightkit import Augmentation, AugmentationTask, Mixing, Registry
from sightkit.training.batches.augment import compose

COUNT, CLASSES = 24, 3
SHAPES = {"grey": (13, 18, 1), "rgb": (16, 11, 3)}
CATALOGUE = Registry().catalogue
FOUND = {
    found.component.name: found.component
    for found in CATALOGUE.all(Augmentation)
    if found.origin.startswith("sightkit ")
}
COLOURED = {"greyscale", "hue", "saturation"}
CASES = [(name, kind) for name in sorted(FOUND) for kind in SHAPES if not (kind == "grey" and name in COLOURED)]
MIXING = {"cutmix", "mixup"}  # they see the whole batch
DIVISIBLE = [case for case in CASES if case[0] not in MIXING]


def build(name: str, shape: tuple[int, int, int], **params):
    component = FOUND[name]
    task = AugmentationTask(image_shape=shape, num_classes=CLASSES)
    return component.build(component.params(**params), task)


def batch(shape: tuple[int, int, int], count: int = COUNT):
    images = np.random.default_rng(3).random((count, *shape), np.float32)
    images[: count // 8] = 1.0
    images[count // 8 : count // 4] = 0.0
    labels = tf.one_hot(np.arange(count) % CLASSES, CLASSES)
    seeds = np.stack([np.arange(count) * 7 - 20, np.full(count, 5)], axis=1).astype(np.int32)
    return tf.constant(images), labels, tf.constant(seeds)


def augmented(name: str, shape: tuple[int, int, int], data, **params):
    return compose([build(name, shape, **params)], image_shape=shape)(*data)


def test_every_augmentation_that_ships_is_found():
    assert len(FOUND) >= 20
    assert all("probability" in component.params.model_fields for component in FOUND.values())


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_results_keep_shape_type_and_range_and_labels_sum_to_one(name, kind):
    data = batch(SHAPES[kind])
    images, labels = augmented(name, SHAPES[kind], data, probability=1.0)
    assert images.shape == data[0].shape
    assert images.dtype == labels.dtype == tf.float32
    assert np.isfinite(images).all()
    assert 0.0 <= images.numpy().min() <= images.numpy().max() <= 1.0
    np.testing.assert_allclose(labels.numpy().sum(axis=1), 1.0, atol=1e-6)
    assert labels.numpy().min() >= 0.0
    assert np.abs(images.numpy() - data[0].numpy()).max() > 0.01


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_a_pointwise_one_itself_stays_between_black_and_white(name, kind):
    transform = build(name, SHAPES[kind], probability=1.0)
    images, labels, seeds = batch(SHAPES[kind])
    if hasattr(transform, "matrices"):
        assert transform.matrices(seeds).shape == (COUNT, 8)
        return
    mixing = isinstance(transform, Mixing)
    changed = transform.apply(images, labels, seeds)[0] if mixing else transform.apply(images, seeds)
    assert 0.0 <= changed.numpy().min() <= changed.numpy().max() <= 1.0


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_one_of_probability_zero_changes_nothing(name, kind):
    data = batch(SHAPES[kind])
    images, labels = augmented(name, SHAPES[kind], data, probability=0.0)
    np.testing.assert_array_equal(images, data[0])
    np.testing.assert_array_equal(labels, data[1])


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_the_same_seeds_give_the_same_and_others_something_else(name, kind):
    images, labels, seeds = batch(SHAPES[kind])
    first, again = (augmented(name, SHAPES[kind], (images, labels, seeds)) for _ in range(2))
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    other = augmented(name, SHAPES[kind], (images, labels, seeds + 1000))
    assert (first[0].numpy() != other[0].numpy()).any()


@pytest.mark.parametrize("probability", [1.0, 0.5])
@pytest.mark.parametrize(("name", "kind"), DIVISIBLE)
def test_an_image_is_changed_the_same_however_the_batch_is_divided(name, kind, probability):
    data = batch(SHAPES[kind])
    whole = augmented(name, SHAPES[kind], data, probability=probability)[0].numpy()
    for edges in ([0, 1, 2, COUNT], [0, 12, COUNT], [0, 7, 12, 23, COUNT]):
        parts = [
            augmented(name, SHAPES[kind], [each[low:high] for each in data], probability=probability)[0]
            for low, high in itertools.pairwise(edges)
        ]
        np.testing.assert_array_equal(np.concatenate(parts), whole)


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_a_graph_that_does_not_know_the_size_of_the_batch_gives_the_same(name, kind):
    data = batch(SHAPES[kind])
    augment = compose([build(name, SHAPES[kind])], image_shape=SHAPES[kind])
    shapes = [(None, *SHAPES[kind]), (None, CLASSES), (None, 2)]
    types = [tf.float32, tf.float32, tf.int32]
    graph = tf.function(augment, input_signature=[tf.TensorSpec(*each) for each in zip(shapes, types, strict=True)])
    for found, expected in zip(graph(*data), augment(*data), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-4)
    first = graph(*(each[:1] for each in data))[0]
    assert first.shape == (1, *SHAPES[kind])
    if name not in MIXING:
        np.testing.assert_array_equal(first, graph(*data)[0][:1])


@pytest.mark.parametrize("name", sorted(FOUND))
def test_an_image_of_one_pixel_is_no_reason_to_fail(name):
    data = batch((1, 1, 3))
    images, _ = augmented(name, (1, 1, 3), data)
    assert np.isfinite(images).all()


@pytest.mark.parametrize("probability", [0.25, 0.75])
@pytest.mark.parametrize("name", sorted(set(FOUND) - {"flip"}))
def test_probability_says_how_many_images_are_changed(name, probability):
    images, labels, seeds = batch(SHAPES["rgb"], 400)
    images = images[100:101] * tf.ones((400, 1, 1, 1)) * 0.9 if name not in MIXING else images
    transform = build(name, SHAPES["rgb"], probability=1.0)
    always = compose([transform], image_shape=SHAPES["rgb"])(images, labels, seeds)[0].numpy()
    some = augmented(name, SHAPES["rgb"], (images, labels, seeds), probability=probability)[0].numpy()
    axes = (1, 2, 3)
    changes = (always != images.numpy()).any(axis=axes)  # a policy may choose to do nothing, a shift be none
    changed = (some != images.numpy()).any(axis=axes)
    assert abs(changed.mean() - probability * changes.mean()) < 0.1
    np.testing.assert_array_equal(some[changed], always[changed])


@pytest.mark.parametrize("name", sorted(COLOURED))
def test_one_of_colours_refuses_grey_images_and_says_what_to_do(name):
    from sightkit import BuildError

    with pytest.raises(BuildError, match=rf"augmentation {name}: expected images of 3 channels, found 1; leave out"):
        build(name, SHAPES["grey"])


def digests() -> dict[str, str]:
    """Return what each augmentation makes of images that are large enough to be shared among threads."""
    shape = (64, 48, 3)
    data = batch(shape, 32)
    made = {}
    for name in sorted(FOUND):
        augment = compose([build(name, shape, probability=1.0)], image_shape=shape)
        made[name] = hashlib.sha256(b"".join(each.numpy().tobytes() for each in augment(*data))).hexdigest()
    return made


def test_one_thread_and_eight_give_the_same():
    started = []
    for threads in (1, 8):
        code = (
            "import sys, json, tensorflow as tf, importlib.util as u;"
            f"tf.config.threading.set_intra_op_parallelism_threads({threads});"
            f"tf.config.threading.set_inter_op_parallelism_threads({threads});"
            f"s = u.spec_from_file_location('all_augmentations', {__file__!r}); m = u.module_from_spec(s);"
            "s.loader.exec_module(m); print(json.dumps(m.digests()))"
        )
        environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
        words = [sys.executable, "-c", code]
        pipe = subprocess.PIPE
        started.append(subprocess.Popen(words, stdout=pipe, stderr=pipe, text=True, env=environment))
    told = [process.communicate(timeout=300) for process in started]
    assert [process.returncode for process in started] == [0, 0], told
    one, eight = (json.loads(out) for out, _ in told)
    assert len(one) == len(FOUND)
    assert one == eight

"""Feeding the loop: wherever the images are, training makes the same of them."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sightkit import DataError
from sightkit.training.batches import feed

NO_MEMORY = {"memory": 0}


class OnDemand:
    """Images that are made whenever they are asked for, as if from files that may vanish."""

    def __init__(self, images: Any, *, gone: int | None = None) -> None:
        self._images = images
        self._gone = gone
        self.shape, self.nbytes = images.shape, images.nbytes
        self.asked: list[tuple[int, bool]] = []

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, rows: Any) -> Any:
        assert rows.dtype == np.int64
        self.asked.append((len(rows), threading.current_thread() is threading.main_thread()))
        if self._gone in rows:
            message = f"{self._gone}.png: no such file"
            raise DataError(message)
        return np.stack([self._images[row] for row in rows.tolist()])


@pytest.fixture
def decoded(data):
    """The images of the tiny task, decoded on demand."""
    return replace(data, images=OnDemand(data.images))


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("ahead")]


@pytest.mark.parametrize("pace", [0.0, 1e9])
def test_images_in_memory_in_a_file_and_decoded_on_demand_give_the_same_weights(
    train, data, decoded, tmp_path, monkeypatch, pace
):
    monkeypatch.setattr("sightkit.training.loop.pace.SECONDS_PER_CALL", pace)
    np.save(tmp_path / "images.npy", data.images)
    mapped = replace(data, images=np.load(tmp_path / "images.npy", mmap_mode="r"))
    expected = train(epochs=3)
    for trained in (
        train(epochs=3, data=mapped),
        train(epochs=3, data=data, **NO_MEMORY),
        train(epochs=3, data=mapped, **NO_MEMORY),
        train(epochs=3, data=decoded),
    ):
        assert trained.bits == expected.bits
        assert [(log.loss, log.accuracy) for log in trained.logs] == [(x.loss, x.accuracy) for x in expected.logs]


def test_balanced_and_weighted_training_is_the_same_from_a_file(train, data):
    changes = {"sampling": "balanced", "drop_last": True, "class_weights": np.array([1, 2, 0.5], np.float32)}
    assert train(**changes, **NO_MEMORY).bits == train(**changes).bits


def test_images_that_fit_the_budget_are_gathered_in_the_graph(data):
    assert isinstance(feed.feed_for(data, memory=data.images.nbytes), feed.Resident)
    assert isinstance(feed.feed_for(data, memory=data.images.nbytes - 1), feed.Streamed)


@pytest.mark.parametrize("memory", [math.inf, 0])
def test_float32_features_are_fed_in_the_place_of_images(train, build, data, memory):
    import keras

    rows = data.splits["train"]
    places = np.full(90, -1, np.int32)
    places[rows] = np.arange(len(rows))
    features = data.images[rows].reshape(70, -1).astype(np.float32) / 255
    supply = feed.Supply(values=features, labels=data.labels[rows], places=places)

    def head() -> Any:
        layers = [keras.layers.Reshape((9, 6, 1)), *build().layers]
        return keras.Sequential([keras.Input((54,)), *layers])

    trained = train(model=head(), augment=None, feed=feed.feed_from(supply, memory=memory))
    # TensorFlow may divide by 255 by multiplying, where NumPy divides.
    assert [log.loss for log in trained.logs] == pytest.approx([log.loss for log in train(augment=None).logs], rel=1e-6)


@pytest.mark.usefixtures("one_step_a_call")
@pytest.mark.parametrize("memory", [math.inf, 0])
def test_an_epoch_is_fed_with_one_view_and_the_next_with_the_next_one(train, data, memory):
    seen: list[int] = []

    def watch(images: Any, labels: Any, _seeds: Any) -> tuple[Any, Any]:
        import tensorflow as tf

        tf.py_function(lambda value: seen.append(round(float(value) * 255)), [tf.reduce_max(images)], [])
        return images, labels

    views = [feed.Supply(values=np.full_like(data.images, grey), labels=data.labels) for grey in (10, 20, 30)]
    feeds = [feed.feed_from(supply, memory=memory) for supply in views]
    train(augment=watch, feed=feed.Alternating(feeds), epochs=4)
    assert seen == [10] * 5 + [20] * 5 + [30] * 5 + [10] * 5
    assert not threads()


@pytest.mark.usefixtures("many_steps_a_call")
def test_a_block_holds_no_more_bytes_than_allowed_but_at_least_one_batch(train, decoded, monkeypatch):
    monkeypatch.setattr(feed, "BLOCK_BYTES", 2 * 16 * 54 + 1)
    several = train(data=decoded)
    assert {count for count, _ in decoded.images.asked} == {16, 32, 6}
    monkeypatch.setattr(feed, "BLOCK_BYTES", 1)
    decoded.images.asked.clear()
    assert train(data=decoded).bits == several.bits
    assert {count for count, _ in decoded.images.asked} == {16, 6}


def test_images_are_gathered_by_another_thread_that_is_gone_afterwards(train, decoded):
    train(data=decoded)
    assert {in_main for _, in_main in decoded.images.asked} == {False}
    assert not threads()


@pytest.mark.usefixtures("one_step_a_call")
def test_an_image_that_cannot_be_read_any_more_is_told_as_what_it_is(train, data):
    gone = int(data.splits["train"][40])
    with pytest.raises(DataError, match=rf"^{gone}\.png: no such file$"):
        train(data=replace(data, images=OnDemand(data.images, gone=gone)))
    assert not threads()


@pytest.mark.usefixtures("one_step_a_call")
@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_no_thread_is_left_when_training_is_interrupted(build, epochs, decoded, error):
    def interrupt(_progress: Any) -> None:
        raise error

    with pytest.raises(error):
        list(epochs(build(), data=decoded, progress=interrupt))
    assert not threads()


@pytest.mark.usefixtures("one_step_a_call")
def test_no_thread_is_left_when_a_callback_stops_training_or_nobody_asks_for_more(build, epochs, decoded):
    import keras

    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            del batch, logs
            self.model.stop_training = True

    (log,) = epochs(build(), data=decoded, callbacks=[Stop()])
    assert log.epoch == 1
    assert not threads()
    training = epochs(build(), data=decoded)
    next(training)
    training.close()
    assert not threads()


@pytest.mark.usefixtures("one_step_a_call")
def test_waiting_for_images_counts_as_time_of_training(train, data):
    class Slow(OnDemand):
        """Takes a tenth of a second."""

        def __getitem__(self, rows: Any) -> Any:
            time.sleep(0.1)
            return super().__getitem__(rows)

    trained = train(data=replace(data, images=Slow(data.images)))
    assert trained.logs[1].seconds > 0.4  # five steps, each of which waits for its images
    assert trained.logs[1].images_per_second < 70 / 0.4

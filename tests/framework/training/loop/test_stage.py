"""The training loop: what it computes, and that it computes the same again."""

from __future__ import annotations

import hashlib
import random
import subprocess
import sys
from functools import partial
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from sightkit import DivergedError, PluginError
from sightkit.images import PreparedData
from sightkit.training.batches.plan import Plan
from sightkit.training.devices.host import seeded_build
from sightkit.training.loop.progress import Progress
from sightkit.training.loop.rate import rate_at
from sightkit.training.loop.stage import Stage
from sightkit.training.steps.loss import per_sample
from sightkit.training.steps.step import tensorflow_errors


def test_training_learns(train):
    trained = train(epochs=8)
    assert trained.logs[-1].accuracy > 0.9
    assert trained.logs[-1].loss < trained.logs[0].loss / 2


def test_the_same_seed_gives_the_same_bits_and_numbers(train):
    first, second, other = train(seed=3), train(seed=3), train(seed=4)
    assert first.bits == second.bits
    assert [log.loss for log in first.logs] == [log.loss for log in second.logs]
    assert first.bits != other.bits


def test_another_process_gives_the_same_bits():
    program = f"import runpy; print(runpy.run_path({__file__!r})['digest_of_a_small_training']())"
    environment = {"PYTHONPATH": ":".join(sys.path), "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-c", program]
    output = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
    assert output.split()[-1] == digest_of_a_small_training()


def digest_of_a_small_training() -> str:
    """Build and train without fixtures, so that another process can do the same."""
    labels = np.arange(40) % 3
    data = PreparedData(
        classes=("a", "b", "c"),
        ids=tuple(map(str, range(40))),
        labels=labels.astype(np.int64),
        images=np.random.default_rng(0).integers(0, 256, (40, 6, 6, 1), dtype=np.uint8),
        splits={"train": np.arange(40)},
        fingerprint="0",
        licence=None,
        citation=None,
    )
    with seeded_build(1):
        convolution = keras.layers.Conv2D(4, 3)
        rest = [keras.layers.BatchNormalization(), keras.layers.Flatten(), keras.layers.Dropout(0.2)]
        model = keras.Sequential([keras.Input((6, 6, 1)), convolution, *rest, keras.layers.Dense(3)])
    loss = tf.nn.softmax_cross_entropy_with_logits
    optimizer = keras.optimizers.Adam(0.01)
    plan = Plan(data=data, batch_size=16, seed=1)
    list(Stage(model, plan, optimizer=optimizer, schedule=lambda _: 0.01, loss=loss).epochs(2))
    return hashlib.sha256(b"".join(variable.numpy().tobytes() for variable in model.variables)).hexdigest()


@pytest.mark.usefixtures("one_step_a_call")
def test_results_do_not_depend_on_the_number_of_steps_a_call(train, monkeypatch):
    apart = train()
    monkeypatch.setattr("sightkit.training.loop.pace.SECONDS_PER_CALL", 1e9)
    together = train()
    assert apart.bits == together.bits
    assert [(log.loss, log.accuracy) for log in apart.logs] == [(log.loss, log.accuracy) for log in together.logs]


def test_trainings_that_take_turns_do_not_disturb_each_other(build, epochs, train):
    models = [build(1), build(2)]
    for _ in zip(*(epochs(model, seed=seed) for seed, model in enumerate(models, 1)), strict=True):
        pass
    assert [b"".join(v.numpy().tobytes() for v in model.variables) for model in models] == [
        train(seed=1).bits,
        train(seed=2).bits,
    ]


def test_training_draws_nothing_from_the_host(train):
    before = random.getstate(), np.random.get_state()[1].tolist()
    train(epochs=1)
    assert before == (random.getstate(), np.random.get_state()[1].tolist())


def test_the_step_is_traced_once_for_all_batch_sizes_and_calls(train):
    traces = []

    def loss(labels: Any, logits: Any) -> Any:
        traces.append(logits.shape)
        return tf.nn.softmax_cross_entropy_with_logits(labels, logits)

    train(epochs=3, loss=loss)  # 70 images: batches of 16 and one of 6
    assert len(traces) == 1


def test_every_epoch_sees_each_training_image_once(train, data):
    seen: list[int] = []

    def watch(images: Any, labels: Any, _seeds: Any) -> tuple[Any, Any]:
        tf.py_function(
            lambda values: seen.extend((values.numpy().sum(axis=(1, 2, 3)) * 255).round().tolist()), [images], []
        )
        return images, labels

    train(epochs=2, augment=watch)
    expected = sorted(data.images[data.splits["train"]].sum(axis=(1, 2, 3)).tolist())
    assert sorted(seen[:70]) == sorted(seen[70:]) == pytest.approx(expected)
    assert seen[:70] != seen[70:]


def test_the_loss_is_the_mean_over_images_and_the_regularisation(train, build, data):
    still = {"schedule": lambda _step: 0.0, "loss": six_for_the_first_class, "epochs": 1}
    mean = 6 * float((data.labels[data.splits["train"]] == 0).mean())
    assert train(**still).logs[0].loss == pytest.approx(mean, rel=1e-5)
    model = build(regularizer="l2")
    penalty = float(sum(model.losses))
    assert penalty > 0
    assert train(model=model, **still).logs[0].loss == pytest.approx(mean + penalty, rel=1e-5)


def six_for_the_first_class(labels: Any, logits: Any) -> Any:
    return labels[:, 0] * 6.0 + 0.0 * tf.reduce_sum(logits, axis=1)


def test_a_loss_that_ignores_the_logits_is_refused(train):
    with pytest.raises(PluginError, match="does not depend on any trainable variable"):
        train(loss=lambda labels, _logits: labels[:, 0])


def test_the_schedule_sets_the_rate_of_each_step(train, build):
    rates = []
    weights = build().get_weights()[0]
    still = train(schedule=lambda _step: 0.0)
    np.testing.assert_array_equal(still.model.get_weights()[0], weights)
    trained = train(schedule=lambda step: rates.append(step) or 0.01 / (step + 1), epochs=2)
    assert set(rates) == set(range(10))
    assert [log.learning_rate for log in trained.logs] == pytest.approx([0.01 / 5, 0.01 / 10])


def test_frozen_layers_keep_their_weights(train, build):
    model = build()
    model.layers[0].trainable = False
    before, dense = model.layers[0].get_weights(), model.layers[-1].get_weights()
    train(model=model)
    for old, new in zip(before, model.layers[0].get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert (dense[0] != model.layers[-1].get_weights()[0]).all()


def test_a_model_that_is_frozen_throughout_is_refused(train, build):
    model = build()
    model.trainable = False
    with pytest.raises(PluginError, match="has no trainable variables"):
        train(model=model)


def test_a_loss_that_was_averaged_is_refused(train):
    with pytest.raises(PluginError, match=r"expected float32 of shape \(batch,\), one loss a sample, no mean"):
        train(loss=partial(per_sample, lambda labels, logits: tf.reduce_mean((labels - logits) ** 2)))


def test_an_optimizer_with_a_schedule_of_its_own_is_refused(train):
    optimizer = keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 10))
    with pytest.raises(PluginError, match=r"SGD has the learning rate .* expected a plain number"):
        train(optimizer=optimizer)


def test_a_loss_of_another_length_than_the_batch_is_refused(train):
    def doubled(labels: Any, logits: Any) -> Any:
        return tf.repeat(tf.reduce_sum((labels - logits) ** 2, axis=1), 2)

    with pytest.raises(PluginError, match=r"^a step of training failed: .*expected one loss a sample[^\n]*$"):
        train(loss=partial(per_sample, doubled))


def test_an_operation_that_finds_no_memory_is_a_memory_error():
    # Raised by hand, because TensorFlow waits ten seconds for memory before it raises this itself.
    told = "Graph execution error:\n\nDetected at node x\n\nOOM when allocating tensor\n\t [[{{node x}}]]\nHint: none"
    with pytest.raises(MemoryError, match=r"^OOM when allocating tensor$"), tensorflow_errors():
        raise tf.errors.ResourceExhaustedError(None, None, told)


@pytest.mark.parametrize("rate", [None, float("nan"), -0.1, "0.1"])
def test_a_schedule_that_gives_no_learning_rate_is_refused(train, rate):
    with pytest.raises(PluginError, match=rf"schedule returned {rate!r} for step 0; expected a finite number"):
        train(schedule=partial(rate_at, lambda _step: rate))


def test_validation_is_asked_for_after_each_epoch(train):
    scores = iter([{"loss": 0.5, "f1": 0.1}, {"loss": 0.4, "f1": 0.2}])
    assert [log.validation["f1"] for log in train(evaluate=lambda: next(scores)).logs] == [0.1, 0.2]


@pytest.mark.usefixtures("one_step_a_call")
def test_progress_says_how_far_training_is(train):
    heard: list[Progress] = []
    trained = train(progress=heard.append)
    assert [(p.epoch, p.epochs, p.step, p.steps) for p in heard] == [(e, 2, s, 5) for e in (1, 2) for s in range(1, 6)]
    assert heard[4].loss == trained.logs[0].loss
    assert all(p.images_per_second > 0 for p in heard)


def test_nothing_happens_before_the_first_epoch_is_asked_for(build, epochs):
    model = build()
    before = model.get_weights()[0]
    epochs(model)
    np.testing.assert_array_equal(model.get_weights()[0], before)


class Weights(keras.callbacks.Callback):
    """Remembers the trainable weights after each call."""

    def __init__(self) -> None:
        super().__init__()
        self.after: list[Any] = []

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        del batch, logs
        state = [*self.model.trainable_variables, *self.model.optimizer.variables]
        self.after.append([variable.numpy() for variable in state])


@pytest.mark.usefixtures("one_step_a_call")
@pytest.mark.parametrize(
    ("bad_loss", "what"),
    [(lambda logits: tf.reduce_sum(logits, axis=1) * np.nan, "the loss is nan"),
     (lambda logits: tf.sqrt(tf.reduce_sum(logits, axis=1) * 0.0), "its gradient is not finite")],
    ids=["loss", "gradient"],
)  # fmt: skip
def test_a_step_that_is_not_finite_is_not_applied_and_its_images_are_named(build, epochs, data, bad_loss, what):
    bad = data.images[data.splits["train"][40]].sum() / 255
    marked: Any = {}

    def mark(images: Any, labels: Any, _seeds: Any) -> tuple[Any, Any]:
        marked["bad"] = tf.reduce_any(tf.abs(tf.reduce_sum(images, axis=(1, 2, 3)) - bad) < 1e-4)
        return images, labels

    def loss(labels: Any, logits: Any) -> Any:
        good = tf.nn.softmax_cross_entropy_with_logits(labels, logits)
        return tf.cond(marked["bad"], lambda: bad_loss(logits), lambda: good)

    model, weights, optimizer = build(), Weights(), keras.optimizers.Adam(0.02)
    with pytest.raises(DivergedError) as caught:
        list(epochs(model, augment=mark, loss=loss, optimizer=optimizer, callbacks=[weights]))
    assert data.ids[data.splits["train"][40]] in caught.value.sample_ids
    assert len(caught.value.sample_ids) in (16, 6)
    message = str(caught.value)
    step = len(weights.after) + 1
    assert f"stage 1, epoch 1, step {step} of 5, at learning rate 0.02" in message
    assert what in message
    assert caught.value.sample_ids[0] in message
    now = [variable.numpy() for variable in [*model.trainable_variables, *optimizer.variables]]
    for kept, left in zip(weights.after[-1], now, strict=True):
        np.testing.assert_array_equal(kept, left)

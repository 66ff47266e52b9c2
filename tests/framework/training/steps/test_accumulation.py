"""Gradients added up over several steps."""

from __future__ import annotations

import keras
import numpy as np
import pytest

STEPS = 10  # 70 images in batches of 16, two epochs


@pytest.mark.parametrize(("make", "every"), [(keras.optimizers.Adam, 3), (keras.optimizers.SGD, 7)])
def test_weights_are_bit_for_bit_what_keras_makes_of_accumulated_gradients(train, make, every):
    ours = train(optimizer=make(0.02), accumulate=every)
    theirs = train(optimizer=make(0.02, gradient_accumulation_steps=every))
    assert ours.bits == theirs.bits
    assert [log.loss for log in ours.logs] == [log.loss for log in theirs.logs]


@pytest.mark.usefixtures("one_step_a_call")
def test_weights_change_after_the_last_of_the_steps_only_also_across_epochs(build, epochs):
    model, changed = build(), []
    before = [weight.numpy() for weight in model.trainable_variables]

    def look() -> None:
        now = [weight.numpy() for weight in model.trainable_variables]
        changed.append(any((old != new).any() for old, new in zip(before, now, strict=True)))
        before[:] = now

    list(epochs(model, accumulate=3, called=look))
    assert changed == [(step + 1) % 3 == 0 for step in range(STEPS)]


def test_the_mean_is_clipped_and_not_what_is_added_up(train):
    # Plain gradient descent by 1: no update moves the weights further than the norm that the mean is clipped to.
    model = train(optimizer=keras.optimizers.SGD(1.0, global_clipnorm=1e-3), learning_rate=1.0, accumulate=10).model
    start = train(optimizer=keras.optimizers.SGD(0.0), learning_rate=0.0, accumulate=10).model
    pairs = zip(model.trainable_variables, start.trainable_variables, strict=True)
    moved = np.sqrt(sum(((one.numpy() - other.numpy()) ** 2).sum() for one, other in pairs))
    assert moved == pytest.approx(1e-3, rel=1e-3)

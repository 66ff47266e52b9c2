"""A tiny task that trains in a second: which third of the image is bright."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from sightkit.images import PreparedData


@pytest.fixture(scope="session")
def data() -> PreparedData:
    generator = np.random.default_rng(0)
    labels = np.arange(90) % 3
    images = generator.integers(0, 60, (90, 9, 6, 1), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[3 * label : 3 * label + 3] += 80
    rows = generator.permutation(90)
    return PreparedData(
        classes=("top", "middle", "bottom"),
        ids=tuple(f"{row}.png" for row in range(90)),
        labels=labels.astype(np.int64),
        images=images,
        splits={"train": np.sort(rows[:70]), "validation": np.sort(rows[70:])},
        fingerprint="0",
        licence=None,
        citation=None,
    )


LISTENING = ("evaluate", "callbacks", "higher_is_better", "progress", "called")
"""What is said when the epochs are asked for, and not when the stage is made."""


@dataclass
class Trained:
    """A model after training, and what was heard of it."""

    model: Any
    logs: list[Any] = field(default_factory=list)

    @property
    def bits(self) -> bytes:
        return b"".join(variable.numpy().tobytes() for variable in self.model.variables)


def cross_entropy(labels: Any, logits: Any) -> Any:
    import tensorflow as tf

    return tf.nn.softmax_cross_entropy_with_logits(labels, logits)


def noise(images: Any, seeds: Any) -> Any:
    from sightkit import uniform

    return images + uniform(seeds, -0.05, 0.05, shape=(9, 6, 1))


@pytest.fixture(scope="session")
def build() -> Callable[..., Any]:
    """Build a small model with dropout and BatchNorm under a seed."""

    def build_model(seed: int = 0, *, regularizer: str | None = None) -> Any:
        from sightkit.training.devices.host import seeded_build

        with seeded_build(seed):
            import keras

            return keras.Sequential(
                [
                    keras.Input((9, 6, 1)),
                    keras.layers.Conv2D(4, 3, strides=2, kernel_regularizer=regularizer),
                    keras.layers.BatchNormalization(momentum=0.9),
                    keras.layers.ReLU(),
                    keras.layers.Flatten(),
                    keras.layers.Dropout(0.1),
                    keras.layers.Dense(3),
                ]
            )

    return build_model


@pytest.fixture(scope="session")
def epochs(data: PreparedData) -> Callable[..., Any]:
    """Start training a model, with settings that work."""

    def start(
        model: Any, *, optimizer: Any = None, learning_rate: float = 0.02, epochs: int = 2, **changes: Any
    ) -> Any:
        import keras

        from sightkit.contracts import Pointwise
        from sightkit.training.batches.augment import compose
        from sightkit.training.batches.plan import Plan
        from sightkit.training.loop.stage import Stage

        planned = {"data": data, "batch_size": 16, "seed": 0, "sampling": "shuffled", "drop_last": False}
        plan = Plan(**{name: changes.pop(name, value) for name, value in planned.items()})
        settings = {
            "optimizer": optimizer or keras.optimizers.Adam(learning_rate),
            "schedule": lambda _step: learning_rate,
            "loss": cross_entropy,
            "augment": compose([Pointwise(noise)], image_shape=(9, 6, 1)),
        }
        listening = {name: changes.pop(name) for name in LISTENING if name in changes}
        return Stage(model, plan, **{**settings, **changes}).epochs(epochs, **listening)

    return start


@pytest.fixture(scope="session")
def train(build: Callable[..., Any], epochs: Callable[..., Any]) -> Callable[..., Trained]:
    """Train a fresh model to the end."""

    def run(*, seed: int = 0, model: Any = None, **changes: Any) -> Trained:
        trained = Trained(model or build(seed))
        trained.logs.extend(epochs(trained.model, seed=seed, **changes))
        return trained

    return run


@pytest.fixture
def one_step_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sightkit.training.loop.pace.SECONDS_PER_CALL", 0.0)


@pytest.fixture
def many_steps_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sightkit.training.loop.pace.SECONDS_PER_CALL", 1e9)

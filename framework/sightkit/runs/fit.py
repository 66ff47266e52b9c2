"""Training as a run does it: the components built, the epochs gone through, the best one kept."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightkit.contracts import (
    MetricFunction,
)
from sightkit.errors import StorageError
from sightkit.runs.build import blaming
from sightkit.runs.execution import Execution
from sightkit.runs.judge import logits_of, values_of
from sightkit.runs.parts import Parts, build_parts
from sightkit.use import Use

if TYPE_CHECKING:
    import keras

    from sightkit.contracts import LossFunction
    from sightkit.evaluation.predict import Predictor
    from sightkit.experiment.settings import ImagesSettings
    from sightkit.images import PreparedData
    from sightkit.training.best import BestWeights
    from sightkit.training.progress import EpochLog


@dataclass(frozen=True)
class Fitted:
    """A trained model.

    Attributes:
        model: With the weights of its best epoch.
        predictor: Predicts with it.
        best_epoch: Counted from 1; the last one where there is nothing to validate on.
    """

    model: keras.Model
    predictor: Predictor
    best_epoch: int

    def describe(self) -> dict[str, Any]:
        """Return what a manifest says of the model."""
        from sightkit.training.weights import weights_digest

        return {
            "parameters": int(self.model.count_params()),
            "best_epoch": self.best_epoch,
            "weights_sha256": weights_digest(self.model),
        }


def fit(execution: Execution, metrics: Mapping[str, MetricFunction]) -> Fitted:
    """Build, train, go back to the best epoch and save the model."""
    from sightkit.evaluation.predict import Predictor

    settings, data = execution.settings, execution.data
    parts = build_parts(settings, data)
    check_savable(settings.architecture, parts.model)
    execution.tell("sightkit_model_built", model=parts.model)
    predictor = Predictor(parts.model)
    validation = Validation(data, metrics, parts.loss, predictor) if "validation" in data.splits else None
    best_epoch = train(execution, parts, validation)
    save_model(execution.run.path / "model" / "model.keras", parts.model)
    return Fitted(parts.model, predictor, best_epoch)


class Validation:
    """What is computed on the validation split after each epoch.

    Args:
        data: The images.
        metrics: By name.
        loss: The experiment's.
        predictor: Predicts with the model that is being trained.

    Attributes:
        higher_is_better: The direction of each score, known after the first epoch.
    """

    def __init__(
        self, data: PreparedData, metrics: Mapping[str, MetricFunction], loss: LossFunction, predictor: Predictor
    ) -> None:
        self._rows = data.splits["validation"]
        self._data = data
        self._metrics = metrics
        self._loss = loss
        self._predictor = predictor
        self.higher_is_better: dict[str, bool] = {"loss": False}

    def __call__(self) -> dict[str, float]:
        """Return the loss and the value of each metric, by name."""
        from sightkit.evaluation.predict import softmax
        from sightkit.training.loss import mean_loss

        labels = self._data.labels[self._rows]
        logits = logits_of(self._predictor, self._data, self._rows)
        scores = values_of(self._metrics, self._data, self._rows, softmax(logits))
        self.higher_is_better |= {name: score.higher_is_better for name, score in scores.items()}
        return {
            "loss": mean_loss(self._loss, labels, logits, num_classes=self._data.num_classes),
            **{name: score.value for name, score in scores.items()},
        }


def train(execution: Execution, parts: Parts, validation: Validation | None) -> int:
    """Go through the epochs, give the model the weights of the best one, and return which that was."""
    from sightkit.training.best import BestWeights
    from sightkit.training.loop import train_epochs
    from sightkit.training.weights import save_weights

    settings = execution.settings
    checkpoint = execution.run.path / "checkpoints" / "best.safetensors"
    best: BestWeights | None = None
    last = 0
    epochs = train_epochs(
        parts.model,
        parts.plan,
        optimizer=parts.optimizer,
        schedule=parts.schedule,
        loss=parts.loss,
        class_weights=parts.class_weights,
        augment=parts.augment,
        epochs=settings.training.epochs,
        memory=memory_budget(settings.images),
        evaluate=validation,
        callbacks=execution.extensions.ask("sightkit_callbacks", warn=execution.warn, run=execution.run),
        progress=execution.display.training,
    )
    for log in epochs:
        last = log.epoch
        better = True
        if validation is not None:
            monitor = settings.training.monitor
            best = best or BestWeights(parts.model, higher_is_better=validation.higher_is_better[monitor])
            better = best.update(log.epoch, log.validation[monitor])
        if better or (best is not None and best.epoch is None):  # while there is no best epoch, the last is kept
            save_weights(checkpoint, parts.model)
        row = history_row(log)
        execution.journal.epoch(row)
        execution.display.epoch(row, best=better and best is not None)
        execution.tell("sightkit_epoch_ended", epoch=log.epoch, logs=dict(row))
    if best is None or best.epoch is None:
        return last
    best.restore()
    return best.epoch


def memory_budget(images: ImagesSettings) -> float:
    """Return the bytes of prepared images that training may hold in memory: what was asked for, or half of the free."""
    from sightkit.images.memory import available_memory

    if images.memory is not None:
        return images.memory * 1e9
    free = available_memory()
    return math.inf if free is None else free / 2


def history_row(log: EpochLog) -> dict[str, float]:
    """Return an epoch as it stands in history.csv."""
    return {
        "epoch": log.epoch,
        "loss": log.loss,
        "accuracy": log.accuracy,
        **{f"validation_{name}": value for name, value in log.validation.items()},
        "learning_rate": log.learning_rate,
        "seconds": round(log.seconds, 3),
        "images_per_second": round(log.images_per_second, 1),
    }


def check_savable(use: Use[Any], model: keras.Model) -> None:
    """Refuse a model whose layers cannot be written to a file, before it has been trained for hours.

    Raises:
        PluginError: they cannot.
    """
    import keras

    with blaming(use, "built a model that cannot be saved"):
        keras.saving.serialize_keras_object(model)


def save_model(path: Path, model: keras.Model) -> None:
    """Save a whole model as a .keras file, in one step.

    Raises:
        StorageError: it cannot be written.
    """
    temporary = path.with_name(f".saving-{path.name}")
    try:
        model.save(temporary)
        temporary.replace(path)
    except OSError as error:
        message = f"{path}: the model cannot be written: {error.strerror or error}"
        raise StorageError(message) from error
    finally:
        temporary.unlink(missing_ok=True)

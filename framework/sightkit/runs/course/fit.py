"""Training as a run does it: the components built, the stages gone through, the best epoch kept."""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sightkit.errors import ArtefactError
from sightkit.runs.building.parts import build_parts
from sightkit.runs.building.saving import check_savable, save_model, unreadable_layers
from sightkit.runs.building.stages import check_stages
from sightkit.runs.execution import Execution

if TYPE_CHECKING:
    import keras

    from sightkit.evaluation.predict import Predictor
    from sightkit.runs.course.epoch import Epoch
    from sightkit.runs.course.progression import Progression
    from sightkit.runs.judging.metrics import Metrics
    from sightkit.training.state.checkpoints import Checkpoints


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
        from sightkit.training.state.variables import weights_digest

        return {
            "parameters": int(self.model.count_params()),
            "best_epoch": self.best_epoch,
            "weights_sha256": weights_digest(self.model),
        }


def fit(execution: Execution, metrics: Metrics) -> Generator[Epoch, None, Fitted]:
    """Build, train or go on with it, yielding after each epoch, go back to the best one and save the model."""
    from sightkit.runs.course.course import Course
    from sightkit.runs.course.progression import Progression
    from sightkit.runs.course.validation import Validation
    from sightkit.runs.features.stage import features_for, predictor_for
    from sightkit.training.devices.host import describe_computing
    from sightkit.training.state.best import BestWeights
    from sightkit.training.state.checkpoints import Checkpoints

    settings, data = execution.settings, execution.data
    parts = build_parts(settings, data, execution.replicas)
    check_savable(settings.architecture, parts.model)
    if unreadable := unreadable_layers(parts.model):
        execution.warn(
            f"the file of the model can't be read again for its {', '.join(unreadable)}; register classes of your own "
            "with keras.saving.register_keras_serializable, and write a layer in the place of a Lambda"
        )
    execution.tell("sightkit_model_built", model=parts.model)
    features = features_for(execution, parts)
    check_stages(settings, parts, data)
    predictor = predictor_for(parts, features, data)
    validation, best = None, None
    if "validation" in data.splits:
        validation = Validation(data, metrics, parts.loss, predictor)
        best = BestWeights(parts.model, higher_is_better=validation.higher_is_better[settings.training.monitor])
    progression = Progression(parts.model, best, execution.replicas)
    checkpoints = Checkpoints(
        execution.run.path / "checkpoints",
        keep=settings.training.checkpoints.keep,
        replicas=execution.replicas,
    )
    if execution.resumed:
        go_on(execution, progression, checkpoints)
    else:
        given = {"given_model": fingerprint(parts.model)} if settings.architecture.found.handed_over else {}
        execution.manifest.update(
            computing=describe_computing(execution.replicas.count, workers=execution.replicas.workers), **given
        )
    course = Course(execution, parts, validation, features=features, progression=progression, checkpoints=checkpoints)
    yield from course.epochs()
    if best is not None:
        best.restore()
    if execution.replicas.is_chief:
        save_model(execution.run.path / "model" / "model.keras", parts.model)
    return Fitted(parts.model, predictor, progression.best_epoch)


def fingerprint(model: keras.Model) -> dict[str, str]:
    """Return what a manifest says of a model that no file makes again: what it is, and what it begins with."""
    from sightkit.training.state.variables import weights_digest

    return {
        "config_sha256": hashlib.sha256(model.to_json().encode()).hexdigest(),
        "weights_sha256": weights_digest(model),
    }


def go_on(execution: Execution, progression: Progression, checkpoints: Checkpoints) -> None:
    """Take the newest checkpoint that is whole, and say which it is.

    Raises:
        ArtefactError: it is of another run.
    """
    checkpoint, problems = checkpoints.newest()
    for problem in problems:
        execution.warn(f"{problem}; {'one before it is used' if checkpoint else 'none before it is whole'}")
    if checkpoint is None:
        execution.say("there is no checkpoint: training starts from the beginning")
    else:
        if checkpoint.about["run"] != execution.identity:
            message = (
                f"{checkpoint.path}: this checkpoint is of another run; remove this file to go on from the one before, "
                "or from the beginning"
            )
            raise ArtefactError(message)
        progression.go_on(checkpoint)
        execution.extensions.remember(checkpoint.about["extensions"])
    execution.journal.rewind(progression.rows)
    execution.note_resumption(from_file=checkpoint.path.name if checkpoint else None)

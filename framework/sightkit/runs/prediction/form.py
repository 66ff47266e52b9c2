"""What a finished run remembers of its images, so that others are brought to the same form without the dataset."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sightkit.errors import StorageError
from sightkit.runs.record.finished import refuse_unfinished
from sightkit.runs.record.folder import DATA, RESOLVED
from sightkit.runs.record.unchanged import stored_experiment

if TYPE_CHECKING:
    from sightkit.images.decoding.form import Form
    from sightkit.runs.record.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What there is to know of a model beside its file.

    Attributes:
        form: What every image is brought to.
        classes: The class names, in label order.
        temperature: What logits are divided by before the softmax.
        deterministic: Whether TensorFlow was told to use deterministic operations only.
    """

    form: Form
    classes: tuple[str, ...]
    temperature: float
    deterministic: bool


def trained(run: Run) -> Trained:
    """Return what a run remembers of its model.

    Raises:
        ConfigError: the run hasn't finished.
        StorageError: a file of the run is missing or damaged.
    """
    from sightkit.images.decoding.form import Form
    from sightkit.images.decoding.resize import check_form

    refuse_unfinished(run)
    manifest = run.manifest
    experiment = stored_experiment(run.path)
    try:
        data = json.loads((run.path / DATA).read_text(encoding="utf-8"))
        *size, channels = data["image_shape"]
        images = experiment["images"]
        form = Form(
            size=(size[0], size[1]),
            channels=channels,
            resize=images["resize"],
            interpolation=images["interpolation"],
        )
        check_form(form)
        return Trained(
            form=form,
            classes=tuple(data["classes"]),
            temperature=manifest.get("calibration", {}).get("temperature", 1.0),
            deterministic=experiment["training"]["deterministic"],
        )
    except (OSError, ValueError, LookupError, TypeError) as error:
        message = (
            f"{run.path}: {DATA} or {RESOLVED} is not what a run writes: {type(error).__name__}: {error}; "
            "without them nobody knows how images are brought to the form that the model expects"
        )
        raise StorageError(message) from error

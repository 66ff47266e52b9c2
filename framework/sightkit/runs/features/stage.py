"""Whether a stage trains the head on features, and what feeds it then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sightkit.errors import ConfigError
from sightkit.experiment.stages import stages_of

if TYPE_CHECKING:
    import keras

    from sightkit.evaluation.predict import Predictor
    from sightkit.experiment.stages import Stage as StageSettings
    from sightkit.images import PreparedData
    from sightkit.runs.building.parts import Parts
    from sightkit.runs.execution import Execution
    from sightkit.runs.features.features import Features
    from sightkit.training.batches.feed import Feed


@dataclass(frozen=True, kw_only=True)
class HeadTraining:
    """What a stage trains in the place of the whole model.

    Attributes:
        head: From features to logits.
        feed: Feeds it with the features of the training split, of one view an epoch.
    """

    head: keras.Model
    feed: Feed


def features_for(execution: Execution, parts: Parts) -> Features | None:
    """Return where a training gets features from, if a stage of it is trained on some.

    To be called before the first stage begins: what is frozen then is no part of what decides features.

    Raises:
        ConfigError: see `views_of`.
    """
    from sightkit.runs.features.features import Features

    stages = stages_of(execution.settings)
    if not sum(views_of(stage, parts, number=number) for number, stage in enumerate(stages)):
        return None
    if parts.augment is None and any(stage.views > 1 for stage in stages):
        execution.warn("without augmentations, all views of an image are alike: one is kept")
    assert parts.classifier.network is not None
    return Features(execution, parts.classifier.network, augment=None if parts.mixing else parts.augment)


def predictor_for(parts: Parts, features: Features | None, data: PreparedData) -> Predictor:
    """Return what predicts with the model of a training, from features where it can."""
    from sightkit.evaluation.predict import Predictor
    from sightkit.runs.features.predictor import FeaturePredictor

    if features is None or parts.classifier.network is None:
        return Predictor(parts.model)
    return FeaturePredictor(parts.model, head=parts.classifier.network.head, features=features, images=data.images)


def views_of(stage: StageSettings, parts: Parts, *, number: int) -> int:
    """Return how many views of each image a stage keeps the features of; 0 where it trains on the images themselves.

    Args:
        stage: The stage.
        parts: What all stages share.
        number: Of the stage, counted from 0.

    Raises:
        ConfigError: features are asked for, and an augmentation mixes images.
    """
    if stage.freeze != "backbone" or parts.classifier.network is None or stage.cache_features == "off":
        return 0
    if parts.augment is None:
        return 1
    if stage.cache_features == "auto" and stage.views == 1:
        return 0
    if parts.mixing:
        asked = f"views = {stage.views}" if stage.views > 1 else 'cache_features = "on"'
        message = (
            f"training.stages.{number}: {asked}: the augmentation {parts.mixing[0]} mixes the images of a batch, which "
            "differ from epoch to epoch, so that no image has features of its own; leave out that augmentation, or "
            'write cache_features = "off" and no views'
        )
        raise ConfigError(message)
    return min(stage.views, stage.epochs)


def head_training(execution: Execution, parts: Parts, features: Features, *, number: int, views: int) -> HeadTraining:
    """Return what a stage trains on so many views of the images, having computed their features or found them.

    Those of the images for validation are looked for too, so that no epoch has to wait for them.

    Raises:
        InterruptedRunError: somebody wants the run to stop.
        StorageError: they can't be written.
    """
    from sightkit.runs.building.stages import memory_budget
    from sightkit.training.batches.feed import Alternating, Supply, feed_from

    assert parts.classifier.network is not None
    data, rows = execution.data, execution.data.splits["train"]
    computed, seconds = features.computed, features.seconds
    if parts.augment is None:
        each = [features.of(rows)]
    else:
        each = [features.of_view(rows, view, stage=number) for view in range(views)]
    asked = views * len(rows)
    if "validation" in data.splits:
        asked += len(features.of(data.splits["validation"]))
    execution.say(told(asked, views=views, computed=features.computed - computed, seconds=features.seconds - seconds))
    record(execution, {"stage": number + 1, "views": views, "augmented": parts.augment is not None})
    places = np.full(len(data.labels), -1, np.int32)
    places[rows] = np.arange(len(rows))
    memory = memory_budget(execution.settings.images) / views
    labels, weights = data.labels[rows], None if data.weights is None else data.weights[rows]
    supplies = [Supply(values=values, labels=labels, weights=weights, places=places) for values in each]
    feed = Alternating([feed_from(supply, memory=memory) for supply in supplies])
    return HeadTraining(head=parts.classifier.network.head, feed=feed)


def record(execution: Execution, entry: Mapping[str, Any]) -> None:
    """Write into the manifest that a stage was trained on features; a run that goes on says it once."""
    before = execution.run.manifest.get("features", [])
    execution.manifest.update(features=[*(each for each in before if each["stage"] != entry["stage"]), dict(entry)])


def told(asked: int, *, views: int, computed: int, seconds: float) -> str:
    """Return what is said of the features that a stage is trained on and validated with."""
    what = f"features of {asked:,} {'views' if views > 1 else 'images'}"
    if not computed:
        return f"{what}: kept from before"
    kept = f"{asked - computed:,} kept from before, {computed:,} " if computed < asked else ""
    return f"{what}: {kept}computed in {seconds:.0f} s"
